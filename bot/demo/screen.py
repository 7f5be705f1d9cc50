"""The demo's one screen: first the models that load, then the call."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console

from bot.models import ModelProgress
from bot.terminal import LiveView, LoadingView
from eventlog.events import Event, to_dict


class DemoScreen:
    """Shows a demo; a context manager, which gives the terminal back at the end.

    Args:
        console: Where to.
        plain: One line a moment, also on a terminal.
    """

    def __init__(self, console: Console, *, plain: bool = False) -> None:
        self._loading = LoadingView(console, plain=plain)
        self._live = LiveView(console, plain=plain)

    def __enter__(self) -> Self:
        self._loading.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loading.close()
        self._live.__exit__(exc_type, exc, traceback)

    def load(self, step: ModelProgress) -> None:
        """Show a step of the loading of a model."""
        self._loading(step)

    def begin(self) -> None:
        """Everything is loaded and the caller is on the line: from here on the call is shown."""
        self._loading.close()
        self._live.__enter__()

    def take(self, event: Event) -> None:
        """Show an event of the call."""
        self._live.take(to_dict(event))

    def says(self, text: str) -> None:
        """Show what the caller begins to say, which the log knows only as it was understood."""
        self._live.tell("caller", f"says: {text}")
