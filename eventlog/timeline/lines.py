"""The conversation beside the lanes: every moment of a report as one line that can be jumped to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from eventlog.jsonvalue import as_list, as_object, as_text
from eventlog.moments import told
from eventlog.timeline.span import Span
from eventlog.timeline.waits import latency_of
from eventlog.view import (
    AGENT_STATE,
    SPEECH,
    TOOLS,
    TRANSCRIBED,
    USER_STATE,
    Event,
    View,
)

DETAILS = frozenset({AGENT_STATE, USER_STATE, TRANSCRIBED, SPEECH})
"""Events that the lanes show and that the conversation keeps for who asks for every event."""


def lines(
    view: View, span: Span, requests: Mapping[str, int] = MappingProxyType({})
) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """The lines in the order of the log, and the line of each event by the event's index.

    A line is an object of `at` (when the log tells it), `jump` (when it began to be heard), both
    seconds from the call's begin, `who`, `text`, and where they hold `said`, `cut`, `detail`,
    `wait` (e2e_latency, seconds), `asked` (which of the LLM's requests it answers: `requests`
    gives the place of each by its id).
    """
    asked = _Asked(view, requests)
    messages = {message.event.index: message for message in view.messages}
    found: list[dict[str, Any]] = []
    by_event: dict[int, int] = {}
    for event, moment in told(view):
        message = messages.get(event.index) if event is not None else None
        started = message.started if message is not None else None
        jump = started if started is not None and span.begin <= started <= moment.at else moment.at
        line: dict[str, Any] = {
            "at": span.place(span.within(moment.at)),
            "jump": span.place(span.within(jump)),
            "who": moment.who,
            "text": moment.text,
        }
        if moment.said:
            line["said"] = True
        if moment.cut:
            line["cut"] = True
        if event is not None:
            by_event.setdefault(event.index, len(found))
            if event.type in DETAILS:
                line["detail"] = True
        if message is not None and (latency := latency_of(message)) is not None:
            line["wait"] = latency
        if event is not None and (place := asked.place(event)) is not None:
            line["asked"] = place
        found.append(line)
    return found, by_event


class _Asked:
    """Finds the request behind each line; tool calls of one event have lines in their order."""

    def __init__(self, view: View, requests: Mapping[str, int]) -> None:
        ours = as_object(view.report.get("parley")) or {}
        self._links = (as_object(ours.get("requests")) or {}) if requests else {}
        self._requests = requests
        self._told: Counter[int] = Counter()

    def place(self, event: Event) -> int | None:
        if not self._links:
            return None
        items: list[Any] = [event.data.get("item")]
        if event.type == TOOLS:
            items = (as_list(event.data.get("function_calls")) or [])[self._told[event.index] :]
            self._told[event.index] += 1
        item = (as_object(items[0]) if items else None) or {}
        request = as_text(self._links.get(as_text(item.get("id")) or ""))
        return None if request is None else self._requests.get(request)
