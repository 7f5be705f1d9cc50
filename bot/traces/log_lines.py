"""`log.txt`: what the process logged in the course of one call.

A process may hold several calls and has one log. A line belongs to the call in whose tasks it was
logged: a task has the context that it was made in, so all that a call sets going is of that call,
and what was set going outside of it, or in a thread of a library, is of none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from pathlib import Path
from typing import Any

from loguru import logger
from pipecat.utils.security.redaction import redact_secrets

from bot.traces.masking import Masking
from eventlog.call_folder import LOG_FILE
from eventlog.line_file import LineFile, OnLost

LONGEST = 2000
"""Characters of one line. Pipecat logs the whole conversation with each request to an LLM, which
over a long call grows with its square."""

_FORMAT = "{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}Z {level: <7} {name}:{function}:{line} {message}"
_NEXT_LINE = "\n    "

_call: ContextVar[object | None] = ContextVar("parley_call", default=None)


class LogLines:
    """Writes the lines of a call, from `begin` to `close`.

    loguru writes where it is called, which is the event loop that the voice runs on, and its own
    queue is a pipe that a slow disk fills; so the lines go to a thread of the call's own.

    Args:
        folder: The call's folder.
        level: The name of the lowest level that is kept, in lower case.
        masking: Keeps keys out.
        on_lost: Told how many lines could not be written and why.

    Raises:
        OSError: The file cannot be created.
    """

    def __init__(self, folder: Path, level: str, masking: Masking, on_lost: OnLost) -> None:
        path = folder / LOG_FILE
        self._file = LineFile(path, "parley-log", on_lost, finish=_without_credentials)
        self._masking = masking
        self._token: Token[object | None] | None = None
        self._sink = logger.add(
            self._write,
            level=level.upper(),
            format=_FORMAT,
            filter=self._is_of_the_call,
            # What a traceback's variables hold is for no file.
            diagnose=False,
            backtrace=False,
        )

    def begin(self) -> None:
        """From here on, in this task and those that it makes, what is logged is the call's."""
        self._token = _call.set(self)

    def end(self) -> None:
        """What this task logs from here on is of no call; undoes `begin` in the same task."""
        if self._token is not None:
            _call.reset(self._token)

    def settle(self) -> None:
        """Have what was lost so far told; waits for the disk, but not for long."""
        self._file.settle()

    def close(self) -> None:
        """Write no more; waits for the disk, but not for long."""
        _remove(self._sink)
        self._file.close()

    def _is_of_the_call(self, _record: Any) -> bool:
        return _call.get() is self

    def _write(self, message: Any) -> None:
        text = _shortened(self._masking.text(str(message).rstrip("\n")))
        self._file.append(text.replace("\n", _NEXT_LINE).encode("utf-8", "replace") + b"\n")


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    # Between two words: half a key would not be known for one.
    kept = text[:LONGEST].rsplit(" ", 1)[0]
    return f"{kept}\u2026 ({len(text) - len(kept):,} more characters)"


def _without_credentials(line: bytes) -> bytes:
    """Mask what looks like a key, as Pipecat does in its errors.

    It takes about a millisecond for 1,000 characters, so the voice does not wait for it.
    """
    return redact_secrets(line.decode("utf-8", "replace")).encode()


def _remove(sink: int) -> None:
    remove: Callable[[int], None] = logger.remove
    try:
        remove(sink)
    except ValueError:
        # Whoever set up the log of the process anew has removed it already.
        return
