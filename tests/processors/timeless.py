"""An event loop whose time is not the world's: sleeping takes no time, and nothing is ever late."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.utils.asyncio.task_manager import TaskManager

WALL = 1_770_536_864.0


class _Selector(selectors.DefaultSelector):
    """Instead of waiting for a timer, lets its time come."""

    waited = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout is not None:
            self.waited += timeout
        return ready


class TimelessLoop(asyncio.SelectorEventLoop):
    """Its clock moves only when everybody sleeps. Not for code that uses threads."""

    def __init__(self) -> None:
        self._time = _Selector()
        super().__init__(self._time)

    def time(self) -> float:
        return self._time.waited


def timeless(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on a `TimelessLoop`, whose time begins at zero."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=TimelessLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def now() -> float:
    """Seconds since the test began."""
    return asyncio.get_running_loop().time()


def wall() -> float:
    """The wall clock of a timeless test, epoch seconds."""
    return WALL + now()


async def until(at: float) -> None:
    """Sleep until `at` seconds after the test began."""
    await asyncio.sleep(at - now())


def setup_of_a_strategy() -> FrameProcessorSetup:
    """What a pipeline gives its strategies, as far as they use it."""
    unused: Any = None
    return FrameProcessorSetup(clock=unused, task_manager=TaskManager(), pipeline_worker=unused)
