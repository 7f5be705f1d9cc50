"""Python's own `logging`, overheard: libraries and a builder's tools log there, not in loguru.

A handler of the root logger would be the plain way to it, but it changes what it hears: where
nobody has set up logging, Python prints warnings on stderr only as long as the root logger has no
handler (`logging.lastResort`), and `logging.basicConfig` does nothing once it has one. So records
are heard where a logger hands them to its handlers: after the levels and filters that somebody
chose, also from a logger that does not propagate, and seen by nobody who asks which handlers there
are.
"""

from __future__ import annotations

import inspect
import logging
import sysconfig
import threading
from collections.abc import Callable
from contextvars import ContextVar

Hearer = Callable[[logging.LogRecord], None]

_LIBRARIES = ("/site-packages/", "/dist-packages/")
_STANDARD_LIBRARY = sysconfig.get_path("stdlib").replace("\\", "/") + "/"

_lock = threading.Lock()
_hearers: tuple[Hearer, ...] = ()
_hooked = False
_original = logging.Logger.callHandlers


class _Handling:
    """A record that handlers are given at this moment; one of them may send it on to loguru."""

    def __init__(self, record: logging.LogRecord) -> None:
        self.record = record
        self.sent_on = False


_handling: ContextVar[_Handling | None] = ContextVar("parley_log_record", default=None)


def hear(hearer: Hearer) -> None:
    """Have `hearer`, which must not raise, told each record that its handlers have been given.

    What a handler sent on to loguru, and what loguru sent here, is not told: it is heard there.
    """
    global _original, _hooked, _hearers
    with _lock:
        _hearers = (*_hearers, hearer)
        if not _hooked:
            _original, logging.Logger.callHandlers = logging.Logger.callHandlers, _call_handlers
            _hooked = True


def hear_no_more(hearer: Hearer) -> None:
    """Undo `hear`."""
    global _hooked, _hearers
    with _lock:
        _hearers = tuple(other for other in _hearers if other != hearer)
        # Who has hooked in over ours would lose theirs; then ours stays, and tells nobody.
        if not _hearers and logging.Logger.callHandlers is _call_handlers:
            logging.Logger.callHandlers = _original
            _hooked = False


def sent_on_as(message: str) -> logging.LogRecord | None:
    """Return the record that a handler sends on to loguru as `message`, None if it is none.

    Who has bridged the two logs has each line in loguru, and is not told it a second time.
    """
    handling = _handling.get()
    if handling is None or not _says(handling.record, message):
        return None
    handling.sent_on = True
    return handling.record


def is_chatter(record: logging.LogRecord) -> bool:
    """Tell whether a record is what a library says to those who work on it.

    Whoever sets the root logger to DEBUG to see their own lines gets each frame of a websocket,
    each header and each body, too.
    """
    path = record.pathname.replace("\\", "/")
    is_library = path.startswith(_STANDARD_LIBRARY) or any(part in path for part in _LIBRARIES)
    return is_library and record.levelno < logging.INFO


def _call_handlers(self: logging.Logger, record: logging.LogRecord) -> None:
    handling = _Handling(record)
    token = _handling.set(handling)
    try:
        _original(self, record)
    finally:
        _handling.reset(token)
        if _hearers and not handling.sent_on and not _is_from_loguru():
            for hearer in _hearers:
                hearer(record)


def _says(record: logging.LogRecord, message: str) -> bool:
    try:
        return record.getMessage() in message
    except Exception:  # noqa: BLE001 - what cannot be printed was not sent on
        return False


def _is_from_loguru() -> bool:
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "loguru._handler":
            return True
        frame = frame.f_back
    return False
