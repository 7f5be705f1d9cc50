"""Words of strangers, made fit for a terminal.

What a caller said, or a provider answered, may hold escape sequences that repaint a screen, and
marks that turn a line around so that it reads as another. Whatever prints a log cleans it first.
"""

from __future__ import annotations

import unicodedata
from typing import TextIO

_JOINERS = "\u200c\u200d"  # part of words in Hindi and Persian, and of emoji


def clean(text: str) -> str:
    """The text without anything that moves a cursor, changes a terminal, or turns the line around.

    Line breaks and tabs become a space; every other control, direction mark, lone surrogate or
    unassigned character becomes its escape.
    """
    return harmless(" ".join(text.split()))


def harmless(text: str) -> str:
    """A piece of such a text, whose spaces at the ends belong to it."""
    if text.isprintable():
        return text
    return "".join(_harmless(character) for character in text)


def _harmless(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return character  # such as the narrow no-break space of "Guido van Rossum"
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def say(stream: TextIO, line: str) -> None:
    """Write one line of it, cleaned."""
    stream.write(clean(line) + "\n")
