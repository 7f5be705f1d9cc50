"""Reading `llm.jsonl`, of which anything may be missing and any line be broken off."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from eventlog.jsonvalue import as_object, as_text, is_nested_too_deeply

MOST_READ = 64_000_000
"""Bytes of a file that are read: each request repeats the conversation before it."""


@dataclass
class Requests:
    """The requests of one file, in its order.

    Attributes:
        found: Each request, an object with an `id`; see docs/why.md for the rest.
        unreadable: How many lines are none.
        is_cut: Whether the file goes on beyond what is read.
    """

    found: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    unreadable: int = 0
    is_cut: bool = False


def read(path: Path, most: int = MOST_READ) -> Requests:
    """Read the requests of a call.

    Args:
        path: The file.
        most: How many bytes of it are read.

    Raises:
        OSError: The file cannot be read.
    """
    requests, size = Requests(), 0
    with path.open("rb") as file:
        for line in file:
            size += len(line)
            if size > most:
                requests.is_cut = True
                break
            request = _request(line)
            if request is not None:
                requests.found.append(request)
            elif line.strip():
                requests.unreadable += 1
    return requests


def _request(line: bytes) -> dict[str, Any] | None:
    try:
        request = as_object(msgspec.json.decode(line))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if request is None or not as_text(request.get("id")) or is_nested_too_deeply(request):
        return None
    return request
