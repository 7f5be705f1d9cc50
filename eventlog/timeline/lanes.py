"""The lanes of a timeline: what each part of a call did, from when to when.

A mark is an object of `a` and `b` (seconds from the call's begin), `k` (what kind, for its
shape), `t` (its words) and, where a line of the conversation tells the same, `line`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.timeline.span import Span
from eventlog.view import (
    AGENT_STATE,
    ERROR,
    FALSE_INTERRUPTION,
    TOOLS,
    TRANSCRIBED,
    USER_STATE,
    Event,
    Message,
    View,
)

Mark = dict[str, Any]

LONGEST_LABEL = 400
"""Characters of a mark's words; the conversation has all of them."""
FINAL_SHOWN = 2.5
"""Seconds for which a final transcript stands, if no other takes its place."""


def lanes(view: View, span: Span, lines: dict[int, int]) -> list[dict[str, Any]]:
    """All lanes, top to bottom; `lines` gives for an event its line of the conversation.

    The marks of a lane are in the order in which they begin, which is not always that in which the
    log tells them: the page looks for a moment by halving.
    """
    drawn: list[tuple[str, str, Callable[[View, Span], Iterator[tuple[Event | None, Mark]]]]] = [
        ("user", "User", _user_states),
        ("user-speech", "User speech", lambda view, span: _speech(view, span, "user")),
        ("interim", "Interim", lambda view, span: _transcripts(view, span, final=False)),
        ("final", "Transcript", lambda view, span: _transcripts(view, span, final=True)),
        ("agent", "Agent", _agent_states),
        ("agent-speech", "Agent speech", lambda view, span: _speech(view, span, "assistant")),
        ("tool", "Tools", _tools),
        ("false", "False interr.", _false_interruptions),
        ("error", "Errors", _errors),
    ]
    if (as_object(view.report.get("parley")) or {}).get("switches"):
        drawn.append(("switch", "Providers", _switches))
    return [
        {"id": key, "name": name, "marks": _in_order(_linked(*m, lines) for m in draw(view, span))}
        for key, name, draw in drawn
    ]


def _in_order(marks: Iterable[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark["a"])


def _linked(event: Event | None, mark: Mark, lines: dict[int, int]) -> Mark:
    if len(mark["t"]) > LONGEST_LABEL:
        mark["t"] = mark["t"][:LONGEST_LABEL] + "\u2026"
    if event is not None and event.index in lines:
        mark["line"] = lines[event.index]
    return mark


def _mark(span: Span, start: float, end: float, kind: str, text: str) -> Mark:
    begin, end = (span.place(span.within(at)) for at in (start, end))
    return {"a": begin, "b": end, "k": kind, "t": text}


def _user_states(view: View, span: Span) -> Iterator[tuple[Event, Mark]]:
    yield from _states(view, span, USER_STATE)


def _agent_states(view: View, span: Span) -> Iterator[tuple[Event, Mark]]:
    yield from _states(view, span, AGENT_STATE)


def _states(view: View, span: Span, kind: str) -> Iterator[tuple[Event, Mark]]:
    changes = sorted(view.of_type(kind), key=lambda event: event.at)
    if changes and (before := changes[0].transition[0]):
        yield changes[0], _mark(span, span.begin, changes[0].at, before, before)
    ends = [*(change.at for change in changes[1:]), span.end]
    for change, end in zip(changes, ends, strict=False):  # without changes there is one end
        state = change.transition[1] or "?"
        yield change, _mark(span, change.at, end, state, state)


def _speech(view: View, span: Span, role: str) -> Iterator[tuple[Event, Mark]]:
    for message in view.messages_of(role):
        heard = _heard(message, span)
        if heard is not None:
            kind = "cut" if message.interrupted else "said"
            yield message.event, _mark(span, *heard, kind, message.text)


def _heard(message: Message, span: Span) -> tuple[float, float] | None:
    """From when to when a message was heard, within the call."""
    if message.started is None or message.started > span.end:
        return None
    stopped = span.end if message.stopped is None else min(message.stopped, span.end)
    started = max(message.started, span.begin)
    return (started, stopped) if started <= stopped else None


def _transcripts(view: View, span: Span, *, final: bool) -> Iterator[tuple[Event, Mark]]:
    heard = sorted(view.of_type(TRANSCRIBED), key=lambda event: event.at)
    marks: list[tuple[Event, Mark]] = []
    following = following_final = span.end
    for event in reversed(heard):
        is_final = event.data.get("is_final") is True
        if is_final is final:
            text = as_text(event.data.get("transcript")) or ""
            until = min(following_final, event.at + FINAL_SHOWN) if final else following
            kind = "final" if final else "interim"
            marks.append((event, _mark(span, event.at, until, kind, text)))
        following = event.at
        following_final = event.at if is_final else following_final
    yield from reversed(marks)


def _tools(view: View, span: Span) -> Iterator[tuple[Event, Mark]]:
    for event in view.of_type(TOOLS):
        outputs = as_list(event.data.get("function_call_outputs")) or []
        for position, raw in enumerate(as_list(event.data.get("function_calls")) or []):
            call = as_object(raw) or {}
            output = as_object(outputs[position]) if position < len(outputs) else None
            began = as_number(call.get("created_at"))
            start = began if began is not None and span.begin <= began <= event.at else event.at
            yield event, _tool(span, start, event.at, call, output)


def _tool(
    span: Span, start: float, end: float, call: dict[str, Any], output: dict[str, Any] | None
) -> Mark:
    name, arguments = as_text(call.get("name")) or "?", as_text(call.get("arguments")) or ""
    failed = output is not None and output.get("is_error") is True
    result = (as_text(output.get("output")) or "(empty)") if output is not None else "no output"
    words = f"{name}({arguments}) \u2192 {'failed: ' if failed else ''}{result}"
    return _mark(span, start, end, "failed" if failed else "tool", words)


def _false_interruptions(view: View, span: Span) -> Iterator[tuple[Event, Mark]]:
    held: float | None = None  # since when the agent has been silent although it had a reply
    for event in view.of_type(AGENT_STATE, FALSE_INTERRUPTION):
        if event.type == AGENT_STATE:
            old, new = event.transition
            if new == "listening" and old in ("speaking", "thinking"):
                held = event.at
            continue
        resumed = event.data.get("resumed") is True
        words = "the agent went on" if resumed else "the agent had stopped"
        start = event.at if held is None else held
        kind = "resumed" if resumed else "lost"
        yield event, _mark(span, start, event.at, kind, f"no interruption: {words}")
        held = None


def _errors(view: View, span: Span) -> Iterator[tuple[Event, Mark]]:
    for event in view.of_type(ERROR):
        failure = as_object(event.data.get("error")) or {}
        kind, label = as_text(failure.get("type")) or "error", as_text(failure.get("label")) or ""
        recoverable = failure.get("recoverable") is True
        fate = "the call goes on" if recoverable else "not recoverable"
        shape = "error" if recoverable else "fatal"
        yield event, _mark(span, event.at, event.at, shape, f"{kind} {label}: {fate}")


def _switches(view: View, span: Span) -> Iterator[tuple[None, Mark]]:
    ours = as_object(view.report.get("parley")) or {}
    for raw in as_list(ours.get("switches")) or []:
        switch = as_object(raw) or {}
        at = as_number(switch.get("at"))
        if at is None or not span.holds(at):
            continue
        slot, provider = as_text(switch.get("slot")) or "?", as_text(switch.get("provider")) or "?"
        yield None, _mark(span, at, at, "switch", f"{slot}: {provider} takes over")
