"""An event loop whose clock jumps to the next timer, so that a minute of waiting takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _SkippingSelector(selectors.DefaultSelector):
    """Never waits: the time that it should have waited is counted instead."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events:
            assert timeout is not None, "nothing will ever happen: the test waits forever"
            self.skipped += max(0.0, timeout)
        return events


class SkippingLoop(asyncio.SelectorEventLoop):
    """Starts at second 0, and is at the next timer whenever there is nothing to do before it."""

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` by a clock of its own."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(main)
