"""A request in the provider's own form as plain JSON values, without what must not be kept.

Providers take dictionaries, pydantic models (Google) and markers for what is not given. Headers
never go into a log, since they carry keys; pictures and sound are shortened, as Pipecat does in its
own log of messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

LONGEST_MEDIA = 256
"""Characters of a text without a space that looks like encoded bytes; longer ones are shortened."""

_UNSAID = frozenset({"NotGiven", "Omit"})
_KEPT_BACK = re.compile(
    r"headers?$|authorization|api_?key|credential|secret|password|^http_|access_token|^extra_query",
    re.IGNORECASE,
)
_OF_A_SCHEMA = ("type", "$ref", "anyOf", "oneOf", "allOf", "enum")
_ENCODED = re.compile(r"[A-Za-z0-9+/_=-]+")


def is_given(value: object) -> bool:
    """Whether a value is more than Pipecat's or an SDK's mark for "not given"."""
    return type(value).__name__ not in _UNSAID


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are given and may be kept, as plain values."""
    return {
        name: plain(value)
        for name, value in fields.items()
        if is_given(value) and not _KEPT_BACK.search(name)
    }


def offered(tools: Any) -> Any:
    """Return tools as plain values. Some are servers that the provider calls, with headers."""
    return _without_headers(plain(tools))


def _without_headers(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_headers(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value).items()
    return {
        name: _without_headers(field)
        for name, field in fields
        if not _KEPT_BACK.search(name) or _is_schema(field)
    }


def _is_schema(value: Any) -> bool:
    """Whether a field describes an argument of its name rather than being one."""
    return isinstance(value, dict) and any(key in value for key in _OF_A_SCHEMA)


def plain(value: Any) -> Any:
    """Return a copy of a part of a request as JSON has it, with its media shortened."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes | bytearray):
        return f"({len(value):,} bytes)"
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value).items()
        return {str(key): plain(item) for key, item in pairs if is_given(item)}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    return str(value)


def _text(text: str) -> str:
    head, comma, data = text[:100].partition(",")
    start = len(head) + 1 if comma and head.startswith("data:") else 0
    data = text[start:]
    if len(data) <= LONGEST_MEDIA or not _ENCODED.fullmatch(data):
        return text
    return f"{text[:start]}\u2026 ({len(data):,} characters)"
