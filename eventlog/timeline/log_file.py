"""The process's log of a call, for its page: where it lies, and what of it was a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from eventlog.call_folder import LOG_FILE
from eventlog.reader import LoggedReport
from eventlog.timeline.address import address
from eventlog.timeline.span import Span
from eventlog.traces import beside

MOST = 100
"""Warnings on the page; the file has all of them."""
LONGEST = 300
"""Characters of a warning."""
MOST_READ = 16_000_000
"""Characters of the file that are looked through."""

_WARNING = re.compile(r"(\S+Z) (WARNING|ERROR|CRITICAL) +(\S+) (.*)")


def log_of(report: LoggedReport, span: Span, page: Path) -> dict[str, Any] | None:
    """Where the log of a call lies as seen from its page, with its warnings; None without one."""
    path = beside(report, LOG_FILE)
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            warnings = list(_warnings(file.read(MOST_READ), span))
    except OSError:
        return None
    return {"url": address(path, page), "name": LOG_FILE, "warnings": warnings[:MOST]}


def _warnings(text: str, span: Span) -> Iterator[list[Any]]:
    """Each as its place in the call (None outside of it), what it says, and who said it."""
    for line in text.split("\n"):
        if (found := _WARNING.fullmatch(line)) is None:
            continue
        at = _moment(found[1])
        place = span.place(at) if at is not None and span.holds(at) else None
        yield [place, found[4][:LONGEST], f"{found[2].lower()}, {found[3]}"]


def _moment(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
