"""What was said in a call, a line each, from a report of which anything may be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object
from eventlog.moments import tool_texts
from eventlog.search.query import Role
from eventlog.view import ITEM_ADDED, TOOLS, text_of

_ROLES = {"user": Role.USER, "assistant": Role.AGENT}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript.

    Attributes:
        at: When it was added to the log, epoch seconds; None if the log does not say.
        who: Who said it.
        text: The words, runs of white space being one space.
        cut: Whether it was interrupted.
    """

    at: float | None
    who: Role
    text: str
    cut: bool = False


def lines_of(report: dict[str, Any]) -> list[Line]:
    """The lines of a report, in the order of its events."""
    return [line for event in _events(report) for line in _told(event)]


def began_at(report: dict[str, Any]) -> float:
    """When a call began, epoch seconds: the time of its earliest event, 0 without any."""
    times = (as_number(event.get("created_at")) for event in _events(report))
    return min((at for at in times if at is not None), default=0.0)


def _events(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for raw in as_list(report.get("events")) or []:
        if (event := as_object(raw)) is not None:
            yield event


def _told(event: dict[str, Any]) -> Iterator[Line]:
    kind = event.get("type")
    if kind == TOOLS:
        at = as_number(event.get("created_at"))
        yield from (Line(at, Role.TOOL, _plain(text)) for text in tool_texts(event))
    elif kind == ITEM_ADDED:
        item = as_object(event.get("item")) or {}
        role = item.get("role")
        who = _ROLES.get(role) if isinstance(role, str) else None
        if item.get("type") == "message" and who is not None:
            cut = item.get("interrupted") is True
            yield Line(as_number(event.get("created_at")), who, _plain(text_of(item)), cut)


def _plain(text: str) -> str:
    return " ".join(text.split())
