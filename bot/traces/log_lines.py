"""`log.txt`: what the process logged in the course of one call.

A process may hold several calls, which share its two logs, loguru's and Python's own. A line is of
the call in whose tasks it was logged: a task has the context that it was made in, so all that a
call sets going is of that call, and what was set going outside of it, or in a thread of a library,
is of none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from pathlib import Path
from typing import Any

from loguru import logger
from pipecat.utils.security.redaction import redact_secrets

from bot.traces import log_form, python_logging
from bot.traces.masking import Masking
from eventlog.call_folder import LOG_FILE
from eventlog.line_file import LineFile, OnLost

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
        self._on_lost = on_lost
        self._sink = logger.add(
            self._take_from_loguru,
            level=level.upper(),
            filter=self._is_of_the_call,
            format=_nothing,
            # What a traceback's variables hold is for no file.
            diagnose=False,
            backtrace=False,
        )
        self._level = logger.level(level.upper()).no
        python_logging.hear(self._take_from_logging)

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
        python_logging.hear_no_more(self._take_from_logging)
        _remove(self._sink)
        self._file.close()

    def _is_of_the_call(self, _record: Any) -> bool:
        return _call.get() is self

    def _take_from_loguru(self, message: Any) -> None:
        record = message.record
        with self._counting(record["name"]):
            bridged = python_logging.sent_on_as(record["message"])
            if bridged is None or not python_logging.is_chatter(bridged):
                self._write(log_form.of_loguru(record, self._masking.text))

    def _take_from_logging(self, record: logging.LogRecord) -> None:
        if _call.get() is not self or record.levelno < self._level:
            return
        with self._counting(record.name):
            if not python_logging.is_chatter(record):
                self._write(log_form.of_logging(record, self._masking.text))

    def _write(self, text: str) -> None:
        self._file.append(text.encode("utf-8", "replace") + b"\n")

    @contextmanager
    def _counting(self, name: object) -> Generator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - what is logged need not be fit to be printed
            self._on_lost(1, f"a line of {name} that cannot be printed ({type(error).__name__})")


def _nothing(_record: Any) -> str:
    """Spare loguru the making of a line that is made here."""
    return ""


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
