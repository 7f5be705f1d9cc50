"""What is to be known of a call beside its course: who, when, how it ended, what it ran on.

Everything comes as texts in the order in which it is to be read. What the recorder lost stands
first among them, because whoever reads a log has to know what is not in it.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.options import options_of
from eventlog.timeline.span import Span
from eventlog.timeline.waits import latency_of
from eventlog.view import CLOSE, ERROR, FALSE_INTERRUPTION, TOOLS, View

LONGEST = 300
"""Characters of a value; a report may hold a book where a name belongs."""

_LOSSES = {
    "journal": "a signal is not in the journal, so a recovery would not have had it",
    "recorder": "a signal could not be taken up: events or metrics may be missing",
    "observer": "a frame could not be read: events or metrics may be missing",
    "recording": "the sound could not be written: it ends too early or has a gap",
    "listener": "a viewer of the call was not told of an event; the log has it",
    "timeline": "the page could not be drawn",
    "labels": "tags or metadata were out of bounds and are left out",
    "hooks.on_call_end": "the hook of the configuration failed",
    "log.txt": "lines of the process's log are not in the file",
    "llm.jsonl": "what the LLM was asked is not in the file",
}
"""What it means that something of a part is lost; parts are named where it happens."""


def facts(view: View, span: Span) -> dict[str, Any]:
    """The head of the page and its lists; each list is of rows of texts, empty if there is none."""
    report = view.report
    ours = as_object(report.get("parley")) or {}
    return {
        "room": _short(report.get("room")),
        "job": _short(report.get("job_id")),
        "agent": _short(report.get("agent_name")),
        "tags": [_short(tag) for tag in as_list(report.get("tags")) or []][:50],
        "closed": _closed(view, ours),
        "counts": list(_counts(view)),
        "lost": list(_lost(ours)),
        "options": [
            [option.name, _short(option.value), option.changed] for option in options_of(view)
        ],
        "providers": list(_providers(ours)),
        "switches": list(_switches(ours, span)),
        "failures": list(_failures(ours, span)),
        "versions": [
            [_short(name), _short(version)]
            for name, version in (as_object(ours.get("versions")) or {}).items()
        ],
    }


def _short(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST else text[:LONGEST] + "\u2026"


def _closed(view: View, ours: dict[str, Any]) -> str:
    close = next(iter(view.of_type(CLOSE)), None)
    if close is None:
        return "never: the log has no close event"
    failure = as_object(close.data.get("error")) or {}
    detail = as_object(ours.get("close_detail")) or {}
    extra = [f"{key}: {_short(value)}" for key, value in detail.items()]
    extra += [_short(failure[key]) for key in ("type", "label") if key in failure]
    reason = as_text(close.data.get("reason")) or "?"
    return " \u00b7 ".join([_short(reason), *extra])


def _counts(view: View) -> Iterator[list[str]]:
    """What a person looks at first, as pairs of a name and a number."""
    replies = view.messages_of("assistant")
    latencies = sorted(latency for reply in replies if (latency := latency_of(reply)) is not None)
    yield ["user turns", str(len(view.messages_of("user")))]
    yield ["replies", str(len(replies))]
    yield ["cut off", str(sum(reply.interrupted for reply in replies))]
    if latencies:
        yield ["median latency", f"{statistics.median(latencies):.2f} s"]
        yield ["longest latency", f"{latencies[-1]:.2f} s"]
    tools = view.of_type(TOOLS)
    calls = sum(len(as_list(event.data.get("function_calls")) or []) for event in tools)
    yield ["tool calls", str(calls)]
    yield ["false interruptions", str(len(view.of_type(FALSE_INTERRUPTION)))]
    yield ["errors", str(len(view.of_type(ERROR)))]


def _lost(ours: dict[str, Any]) -> Iterator[list[str]]:
    if ours.get("recovered") is True:
        yield ["the end", "the process ended before the call did; this is from its journal"]
    recorder = as_object(ours.get("recorder")) or {}
    for part, number in (as_object(recorder.get("losses")) or {}).items():
        yield [_short(part), f"{_short(number)} \u00d7 {_LOSSES.get(part, 'lost')}"]


def _providers(ours: dict[str, Any]) -> Iterator[list[str]]:
    for slot, raw in (as_object(ours.get("providers")) or {}).items():
        provider = as_object(raw) or {}
        parts = [_short(provider.get(key)) for key in ("provider", "model", "voice")]
        fallback = [_short(name) for name in as_list(provider.get("fallback")) or []]
        text = " \u00b7 ".join(part for part in parts if part)
        yield [_short(slot), f"{text}, then {', '.join(fallback)}" if fallback else text]
    if config := as_text((as_object(ours.get("config")) or {}).get("name")):
        yield ["configuration", _short(config)]


def _switches(ours: dict[str, Any], span: Span) -> Iterator[list[Any]]:
    for raw in as_list(ours.get("switches")) or []:
        switch = as_object(raw) or {}
        names = [_short(switch.get(key)) or "?" for key in ("previous", "provider")]
        words = f"{_short(switch.get('slot')) or '?'}: " + " \u2192 ".join(names)
        yield [_place(switch.get("at"), span), words, _short(switch.get("reason"))]


def _failures(ours: dict[str, Any], span: Span) -> Iterator[list[Any]]:
    for raw in as_list(ours.get("failures")) or []:
        failure = as_object(raw) or {}
        names = [_short(failure.get(key)) for key in ("source", "provider", "category")]
        words = " \u00b7 ".join(name for name in names if name)
        yield [_place(failure.get("at"), span), words, _short(failure.get("message"))]


def _place(at: object, span: Span) -> float | None:
    moment = as_number(at)
    return span.place(moment) if moment is not None and span.holds(moment) else None
