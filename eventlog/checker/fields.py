"""Fields: what may stand under one key of the schema, in words and as a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from eventlog.jsonvalue import as_list, as_number, as_object
from eventlog.reader import Origin

Kind: TypeAlias = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """One key: what it holds, in words and as a test, and where it may be missing."""

    says: str
    fits: Kind
    optional: bool = False
    newer: bool = False

    def belongs_to(self, origin: Origin) -> bool:
        """Whether the line that `origin` writes has this key."""
        return origin is Origin.LIVEKIT_NEWER or not self.newer

    def is_required(self, origin: Origin) -> bool:
        """Whether the key must be there; keys of the newer line came one release at a time."""
        return self.belongs_to(origin) and not self.optional and not self.newer


def is_number(value: object) -> bool:
    """A finite number."""
    return as_number(value) is not None


def is_duration(value: object) -> bool:
    """A finite number from 0."""
    number = as_number(value)
    return number is not None and number >= 0


def is_count(value: object) -> bool:
    """A whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_text(value: object) -> bool:
    """A string."""
    return isinstance(value, str)


def is_texts(value: object) -> bool:
    """A list of strings."""
    elements = as_list(value)
    return elements is not None and all(isinstance(element, str) for element in elements)


def or_null(field: Field) -> Field:
    """The same field, or null in its place."""
    return Field(
        f"{field.says} or null",
        lambda value: value is None or field.fits(value),
        field.optional,
        field.newer,
    )


def newer(field: Field) -> Field:
    """The same field, in the newer line only."""
    return Field(field.says, field.fits, field.optional, newer=True)


def optional(field: Field) -> Field:
    """The same field, which may be missing."""
    return Field(field.says, field.fits, optional=True, newer=field.newer)


def one_of(*values: str) -> Field:
    """One of a few strings."""
    return Field("one of " + ", ".join(values), lambda value: value in values)


TEXT = Field("a string", is_text)
TEXTS = Field("a list of strings", is_texts)
NUMBER = Field("a finite number", is_number)
SECONDS = Field("a number of seconds, from 0", is_duration)
FLAG = Field("true or false", lambda value: isinstance(value, bool))
COUNT = Field("a whole number from 0", is_count)
OBJECT = Field("an object", lambda value: as_object(value) is not None)
LIST = Field("a list", lambda value: as_list(value) is not None)
NULL = Field("null", lambda value: value is None)
ANYTHING = Field("anything", lambda _: True)
