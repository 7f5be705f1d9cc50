"""How a line of `log.txt` looks, whichever of the two logs of Python it was logged through."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

LONGEST = 2000
"""Characters of a message. Pipecat logs the whole conversation with each request to an LLM, which
over a long call grows with its square."""

LONGEST_TRACEBACK = 10_000
"""Characters of an exception, with those that it came of: what went wrong is said at its end."""

Masked = Callable[[str], str]

_NEXT_LINE = "\n    "


def of_loguru(record: Any, masked: Masked) -> str:
    """Return what is kept of a record of loguru's; `masked` returns a text without secrets."""
    place = f"{record['name']}:{record['function']}:{record['line']}"
    at, level = record["time"].timestamp(), record["level"].name
    return _form(at, level, place, record["message"], record["exception"], masked)


def of_logging(record: logging.LogRecord, masked: Masked) -> str:
    """Return what is kept of a record of Python's own `logging`, also without secrets.

    Raises:
        Exception: The message does not go with its arguments, or one of them cannot be printed.
    """
    place = f"{record.name}:{record.funcName}:{record.lineno}"
    # Not `levelname`, which some handlers colour.
    level = logging.getLevelName(record.levelno)
    message = "\n".join(filter(None, (record.getMessage(), record.stack_info)))
    return _form(record.created, level, place, message, record.exc_info, masked)


def _form(at: float, level: str, place: str, message: str, error: Any, masked: Masked) -> str:
    time = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[: -len("+00:00")]
    text = f"{time}Z {_word(level): <7} {_word(place)} "
    # Masked before it is cut: half a key would not be known for one.
    text += _shortened(masked(message.rstrip("\n")), LONGEST)
    if error:
        # Without the values of variables: what they hold is for no file.
        error_text = "".join(traceback.format_exception(*error)).rstrip("\n")
        text += "\n" + _shortened(masked(error_text), LONGEST_TRACEBACK)
    return text.replace("\n", _NEXT_LINE)


def _word(text: str) -> str:
    """Return a name so that it ends where a reader of the line takes it to end."""
    return "_".join(text.split())


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    # Between two words, since what looks like a key is found later.
    kept = text[:longest].rsplit(" ", 1)[0]
    return f"{kept}\u2026 ({len(text) - len(kept):,} more characters)"
