"""Narrowing of values that came out of JSON, where anything may stand in any place.

Who reads a log cannot trust its shape. These say "the value if it is of that kind, else None", so
a reader is written without casts and without exceptions.
"""

from __future__ import annotations

import math
from typing import Any, cast

MAX_DEPTH = 64
"""A report nests about eight levels; code that walks one may recurse this far and no further."""


def as_object(value: object) -> dict[str, Any] | None:
    """The value as a JSON object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any] | None:
    """The value as a JSON list."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def as_text(value: object) -> str | None:
    """The value as a string."""
    return value if isinstance(value, str) else None


def as_number(value: object) -> float | None:
    """The value as a finite float; None for NaN, infinities, whole numbers too large, booleans."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def is_nested_too_deeply(value: object, limit: int = MAX_DEPTH) -> bool:
    """Whether lists and objects are inside each other more than `limit` deep."""
    level: list[Any] = [value]
    for _ in range(limit + 1):
        below: list[Any] = []
        for parent in level:
            if (members := as_object(parent)) is not None:
                below.extend(members.values())
            elif (elements := as_list(parent)) is not None:
                below.extend(elements)
        if not below:
            return False
        level = below
    return True
