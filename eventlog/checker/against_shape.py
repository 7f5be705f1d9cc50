"""An object of a report held against the shape that it should have: its keys, values and order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eventlog.checker.rules import Fault
from eventlog.checker.shapes import Shape
from eventlog.reader import Origin


@dataclass(frozen=True)
class Place:
    """Where an object stands, for who reads a fault.

    Attributes:
        words: In words, if there is anything to add to the event.
        index: The event.
        item: The id of the item.
    """

    words: str = ""
    index: int | None = None
    item: str | None = None

    def fault(self, what: str) -> Fault:
        """Return a fault of this object."""
        prefix = f"{self.words}: " if self.words else ""
        return Fault(f"{prefix}{what}", self.index, self.item)


def wrong_keys(
    found: dict[str, Any], shape: Shape, origin: Origin, place: Place
) -> Iterator[Fault]:
    """Tell of keys that are missing, and of those that the line of the schema does not have."""
    for key, field in shape.items():
        if key not in found and field.is_required(origin):
            yield place.fault(f"`{key}` is missing")
    for key in found:
        if key not in shape or not shape[key].belongs_to(origin):
            yield place.fault(f"unknown key `{key[:60]}`")


def wrong_values(found: dict[str, Any], shape: Shape, place: Place) -> Iterator[Fault]:
    """Tell of values that are of the wrong kind; numbers that are not finite are K11's."""
    for key, field in shape.items():
        value = found.get(key)
        not_finite = isinstance(value, float) and not math.isfinite(value)
        if key in found and not not_finite and not field.fits(value):
            yield place.fault(f"`{key}` is not {field.says}")


def wrong_order(found: dict[str, Any], shape: Shape, place: Place) -> Iterator[Fault]:
    """Tell of the first key that does not stand where the schema has it."""
    keys = [key for key in found if key in shape]
    expected = [key for key in shape if key in found]
    if keys != expected:
        first = next(key for key, right in zip(keys, expected, strict=True) if key != right)
        yield place.fault(f"`{first}` is out of order")
