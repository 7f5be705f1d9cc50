"""Tags and metadata: what whoever starts a call wants to find it by, within bounds.

They come from a configuration, a command line, or the request of a stranger, and go into every
report. So they are short, flat, and few: a report is no place to store things.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

MOST = 50
"""How many tags, and how many keys of metadata, a call may have."""
LONGEST_TAG = 100
LONGEST_KEY = 64
LONGEST_TEXT = 500
# What every JSON reader takes for the same number.
LARGEST_NUMBER = 2**53


def tag_problem(tag: object) -> str:
    """Say why something cannot be a tag; empty if it can."""
    if not isinstance(tag, str) or not tag:
        return "a tag is a text that is not empty"
    return _text_problem(tag, LONGEST_TAG)


def metadata_problem(key: object, value: object) -> str:
    """Say why a key and its value cannot be metadata; empty if they can."""
    if not isinstance(key, str) or not key:
        return "a key of metadata is a text that is not empty"
    if problem := _text_problem(key, LONGEST_KEY):
        return f"the key {problem}"
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return _text_problem(value, LONGEST_TEXT)
    if isinstance(value, int | float):
        fits = abs(value) <= LARGEST_NUMBER  # and is neither infinite nor no number at all
        return "" if fits else "is no number within 2^53"
    return "is neither text, number, true, false nor null"


def fitting(tags: object, metadata: object) -> tuple[list[str], dict[str, Any], int]:
    """Take from what a stranger gives what a report can hold.

    Returns:
        The tags, the metadata, and how many things were left out.
    """
    given = list(cast("list[object]", tags)) if isinstance(tags, list | tuple) else []
    kept = [cast("str", tag) for tag in given if not tag_problem(tag)][:MOST]
    lost = len(given) - len(kept) + (tags is not None and not isinstance(tags, list | tuple))
    if not isinstance(metadata, Mapping):
        return kept, {}, lost + (metadata is not None)
    items = cast("Mapping[Any, Any]", metadata).items()
    found = [(key, value) for key, value in items if not metadata_problem(key, value)][:MOST]
    return kept, dict(found), lost + len(items) - len(found)


def _text_problem(text: str, longest: int) -> str:
    if len(text) > longest:
        return f"is longer than {longest} characters"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds characters that cannot be written as UTF-8"
    return ""
