"""Lengths of time as a person types them."""

from __future__ import annotations

import re

# No `m`: whoever means six months by 6m would lose nearly everything.
UNITS = {"h": 3600, "d": 86400, "w": 7 * 86400}
_LENGTH = re.compile(r"([0-9]{1,6})([hdw])")


class DurationError(Exception):
    """A text is no length of time; the message says what is."""


def seconds_of(text: str) -> int:
    """The seconds of "12h", "30d" or "2w".

    Raises:
        DurationError: It is none of these, or nothing at all.
    """
    length = _LENGTH.fullmatch(text)
    if length is None or not int(length[1]):
        raise DurationError(
            f"{text!r} is no length of time: say 30d (days), 12h (hours), 2w (weeks)"
        )
    return int(length[1]) * UNITS[length[2]]


def age(seconds: float) -> str:
    """How old something is, in the words of a person."""
    for name, unit in (("day", UNITS["d"]), ("hour", UNITS["h"])):
        number = int(seconds // unit)
        if number:
            return f"{number} {name}{'s' if number > 1 else ''} old"
    return "less than an hour old"
