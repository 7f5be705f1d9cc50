"""How far a command has come, on one line of a terminal; nothing of it gets into a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

FIRST = 0.5
"""Seconds before anything is shown: what is done by then needs no progress."""

EVERY = 0.1
"""Seconds between two changes of the line."""

_CLEAR = "\r\x1b[K"


class Progress:
    """A line on stderr that is written over, and gone at the end; a context manager.

    Args:
        stream: Where to, stderr by default.
        clock: Seconds that only run forward.
    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._is_shown = self._stream.isatty()
        self._is_there = False
        self._next = clock() + FIRST

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_there:
            self._write("")

    def __call__(self, text: str) -> None:
        """Say how far it is, in a few words."""
        if self._is_shown and (now := self._clock()) >= self._next:
            self._next = now + EVERY
            self._is_there = True
            self._write(text)

    def _write(self, text: str) -> None:
        self._stream.write(_CLEAR + text)
        self._stream.flush()
