"""`parley log export trace`: a call in Chrome's trace-event format, for Perfetto and chrome://tracing.

The lanes are those of the timeline's page, each a thread. What follows in a lane are complete
events (`X`), what is only a moment are instants (`i`); the latency of each answer is an event with
its parts inside. Timestamps are whole microseconds from the call's begin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from eventlog.export.exchanges import Exchange, exchanges
from eventlog.jsonvalue import as_text
from eventlog.reader import LoggedReport
from eventlog.timeline.lanes import lanes
from eventlog.timeline.span import Span
from eventlog.view import View

SHORT = 80
"""Characters of an event's name; its arguments have the words whole."""

Entry = dict[str, Any]

_PROCESS = 1
_MOMENTS = frozenset({"interim", "final", "error", "switch"})
"""The lanes whose marks are told as instants, whatever stretch of the page they fill."""


def render(report: LoggedReport) -> str:
    """The trace of a report as JSON, in the object form of the format."""
    view = View.of(report.data, report.origin)
    span = Span.of(view)
    named = as_text(report.data.get("job_id")) or "?"
    entries = [_metadata("process_name", 0, {"name": f"call {named}"}), *_threads(view, span)]
    trace = {
        "traceEvents": entries,
        "displayTimeUnit": "ms",
        "otherData": {"job_id": named, "began_at": span.begin, "written_by": "parley"},
    }
    return json.dumps(trace) + "\n"


def _threads(view: View, span: Span) -> Iterator[Entry]:
    """The events of all lanes, each row of a lane being a thread of its own."""
    thread = 0
    for name, entries in _lanes(view, span):
        for number, row in enumerate(_rows(entries), 1):
            thread += 1
            label = name if number == 1 else f"{name} {number}"
            yield _metadata("thread_name", thread, {"name": label})
            yield _metadata("thread_sort_index", thread, {"sort_index": thread})
            for entry in row:
                yield entry | {"pid": _PROCESS, "tid": thread}


def _lanes(view: View, span: Span) -> Iterator[tuple[str, list[Entry]]]:
    for lane in lanes(view, span, {}):
        tell = _instant if lane["id"] in _MOMENTS else _complete
        yield lane["name"], [tell(mark) for mark in lane["marks"]]
        if lane["id"] == "agent-speech":
            yield "Interruptions", list(_interruptions(view, span))
            yield "Latency", list(_latencies(exchanges(view, span), span))


def _rows(entries: list[Entry]) -> list[list[Entry]]:
    """The events of a lane on as few threads as it takes for none to be crossed by another."""
    rows = [_Row()]
    for entry in sorted(entries, key=lambda entry: (entry["ts"], -entry.get("dur", 0))):
        row = next((row for row in rows if row.has_room(entry)), None)
        if row is None:
            rows.append(row := _Row())
        row.add(entry)
    return [row.entries for row in rows]


class _Row:
    """One thread: events that follow each other or lie inside each other."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._ends: list[int] = []  # of what is open, the innermost last

    def has_room(self, entry: Entry) -> bool:
        """Whether an event, which begins after all that is here, crosses none of it."""
        while self._ends and self._ends[-1] <= entry["ts"]:
            self._ends.pop()
        return not self._ends or entry["ts"] + entry.get("dur", 0) <= self._ends[-1]

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if entry["ph"] == "X":
            self._ends.append(entry["ts"] + entry["dur"])


def _complete(mark: dict[str, Any]) -> Entry:
    begin = _microseconds(mark["a"])
    return _named(mark["t"], mark["k"]) | {
        "ph": "X",
        "ts": begin,
        "dur": max(_microseconds(mark["b"]) - begin, 0),
    }


def _instant(mark: dict[str, Any]) -> Entry:
    return _named(mark["t"], mark["k"]) | {"ph": "i", "s": "t", "ts": _microseconds(mark["a"])}


def _interruptions(view: View, span: Span) -> Iterator[Entry]:
    for reply in view.messages_of("assistant"):
        stopped = reply.event.at if reply.stopped is None else reply.stopped
        if reply.interrupted and span.holds(stopped):
            at = _microseconds(stopped - span.begin)
            yield _named(f"cut off: {reply.text}", "interruption") | {"ph": "i", "s": "t", "ts": at}


def _latencies(found: list[Exchange], span: Span) -> Iterator[Entry]:
    """Each latency with its parts inside; the parts' durations sum to the latency's."""
    for exchange in found:
        reply, latency = exchange.reply, exchange.latency
        if reply is None or latency is None:
            continue
        heard = reply.event.at if reply.started is None else reply.started
        begin = max(_microseconds(heard - latency - span.begin), 0)
        marks = [
            begin,
            *(begin + _microseconds(s) for s in accumulate(s for _, s in exchange.parts)),
        ]
        yield _named("e2e latency", "latency") | {
            "ph": "X",
            "ts": begin,
            "dur": marks[-1] - begin,
            "args": {
                "seconds": latency,
                "asked": exchange.user.text if exchange.user is not None else "",
                "answered": reply.text,
                **exchange.providers,
            },
        }
        for (name, seconds), at, end in zip(exchange.parts, marks, marks[1:], strict=False):
            entry = _named(name, "latency") | {"args": {"seconds": seconds}}
            yield entry | {"ph": "X", "ts": at, "dur": end - at}


def _named(words: str, kind: str) -> Entry:
    short = words if len(words) <= SHORT else words[: SHORT - 1] + "\u2026"
    return {"name": short or kind, "cat": kind, "args": {"text": words}}


def _metadata(name: str, thread: int, args: dict[str, Any]) -> Entry:
    return {"name": name, "ph": "M", "ts": 0, "pid": _PROCESS, "tid": thread, "args": args}


def _microseconds(seconds: float) -> int:
    return round(seconds * 1e6)
