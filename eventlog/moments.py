"""The events of a report as moments that can be told in one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.view import (
    AGENT_STATE,
    CLOSE,
    ERROR,
    FALSE_INTERRUPTION,
    ITEM_ADDED,
    SPEECH,
    TOOLS,
    TRANSCRIBED,
    USER_STATE,
    Event,
    Message,
    View,
)

QUIET = frozenset({"session_usage_updated", "tool_execution_updated"})
"""Events of LiveKit's newer line that say nothing a reader would miss."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a transcript, in raw words: whoever prints it makes them harmless.

    `at` is epoch seconds, `who` one of user, agent, tool, error, call; `said` marks what is part
    of the conversation, `cut` a message that was interrupted, `note` what stands beside it.
    """

    at: float
    who: str
    text: str
    said: bool = False
    cut: bool = False
    note: str = ""


def moments(view: View) -> Iterator[Moment]:
    """Every moment of a report, in the order of its events; handoffs come at their time."""
    for _, moment in told(view):
        yield moment


def told(view: View) -> Iterator[tuple[Event | None, Moment]]:
    """Every moment of a report with the event that tells it, None where no event does.

    A step of tools has a moment for each of its calls.
    """
    added = {message.event.index: message for message in view.messages}
    handoffs = _untold_handoffs(view)
    user_speaks = False
    for event in view.events:
        while handoffs and handoffs[0].at < event.at:
            yield None, handoffs.pop(0)
        if event.type == USER_STATE:
            user_speaks = event.transition[1] == "speaking"
        if (message := added.get(event.index)) is not None:
            yield event, _spoken(view, message)
        elif event.type == AGENT_STATE and user_speaks and _is_pause(event):
            old, _ = event.transition
            yield event, Moment(event.at, "agent", f"stops {old}: the user speaks")
        elif event.type == TOOLS:
            for text in tool_texts(event.data):
                yield event, Moment(event.at, "tool", text)
        elif event.type not in QUIET:
            yield event, _TELLERS.get(event.type, _unknown)(event)


def latencies(view: View, reply: Message) -> dict[str, float]:
    """What a reply waited for, in seconds, by the name people use; only what was measured."""
    asked = view.answered_by(reply) if "e2e_latency" in reply.metrics else None
    sources = (
        ("transcription", asked, "transcription_delay"),
        ("endpointing", asked, "end_of_turn_delay"),
        ("llm ttft", reply, "llm_node_ttft"),
        ("tts ttfb", reply, "tts_node_ttfb"),
        ("e2e", reply, "e2e_latency"),
    )
    return {
        name: message.metrics[key]
        for name, message, key in sources
        if message is not None and key in message.metrics
    }


def _spoken(view: View, message: Message) -> Moment:
    who = {"user": "user", "assistant": "agent"}.get(message.role, "call")
    notes: list[str] = []
    if message.role == "assistant":
        if message.started is not None and message.stopped is not None:
            notes.append(f"heard for {message.stopped - message.started:.3f} s")
        notes += [f"{name} {value:.3f}" for name, value in latencies(view, message).items()]
    return Moment(
        message.event.at, who, message.text, True, message.interrupted, " \u00b7 ".join(notes)
    )


def _is_pause(event: Event) -> bool:
    old, new = event.transition
    return new == "listening" and old in ("speaking", "thinking")


def _agent_state(event: Event) -> Moment:
    return Moment(event.at, "agent", f"is {event.transition[1]}")


def _user_state(event: Event) -> Moment:
    return Moment(event.at, "user", f"is {event.transition[1]}")


def _transcribed(event: Event) -> Moment:
    text = as_text(event.data.get("transcript")) or ""
    final = event.data.get("is_final") is True
    return Moment(event.at, "user", f"heard: {text}" if final else f"heard so far: {text}")


def _speech(event: Event) -> Moment:
    source = as_text(event.data.get("source")) or "?"
    return Moment(event.at, "agent", "has a line to say" if source == "say" else "takes its turn")


def _false_interruption(event: Event) -> Moment:
    resumed = event.data.get("resumed") is True
    what = "false interruption, it goes on" if resumed else "false interruption, it has stopped"
    return Moment(event.at, "agent", what)


def tool_texts(event: dict[str, Any]) -> Iterator[str]:
    """What each call of a step of tools was, and what came of it."""
    calls = as_list(event.get("function_calls")) or []
    outputs = as_list(event.get("function_call_outputs")) or []
    for position, raw in enumerate(calls):
        call = as_object(raw) or {}
        output = (as_object(outputs[position]) if position < len(outputs) else None) or {}
        name, arguments = as_text(call.get("name")) or "?", as_text(call.get("arguments")) or ""
        result = as_text(output.get("output")) if output else "no output"
        failed = "failed: " if output.get("is_error") is True else ""
        yield f"{name}({arguments}) -> {failed}{result or '(empty)'}"


def clock(seconds: float) -> str:
    """How far into a call a moment is, as a person reads it: minutes, seconds, milliseconds.

    What stands before its begin, because a clock was set back, has a minus.
    """
    milliseconds = round(min(abs(seconds), 359_999_999.0) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    sign = "-" if seconds < 0 and milliseconds else ""
    return f"{sign}{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _error(event: Event) -> Moment:
    failure = as_object(event.data.get("error")) or {}
    kind, label = as_text(failure.get("type")) or "error", as_text(failure.get("label")) or ""
    fate = "" if failure.get("recoverable") is True else ", not recoverable"
    return Moment(event.at, "error", f"{kind} {label}{fate}")


def _close(event: Event) -> Moment:
    return Moment(event.at, "call", f"closed: {as_text(event.data.get('reason')) or '?'}")


def _untold_handoffs(view: View) -> list[Moment]:
    """The handoffs that are in the history alone; the first one hands nothing over."""
    told = {as_text(item.get("id")) for _, item in view.event_items()}
    return [
        _handed_over(as_number(item.get("created_at")) or 0.0, item)
        for item in view.history
        if item.get("type") == "agent_handoff"
        and item.get("old_agent_id") is not None
        and as_text(item.get("id")) not in told
    ]


def _handed_over(at: float, item: dict[str, Any]) -> Moment:
    return Moment(at, "call", f"handed to {as_text(item.get('new_agent_id')) or '?'}")


def _added(event: Event) -> Moment:
    item = as_object(event.data.get("item")) or {}
    if item.get("type") == "agent_handoff":
        return _handed_over(event.at, item)
    return Moment(event.at, "call", "an item that cannot be read was added")


def _unknown(event: Event) -> Moment:
    return Moment(event.at, "call", event.type)


_TELLERS: dict[str, Callable[[Event], Moment]] = {
    AGENT_STATE: _agent_state,
    USER_STATE: _user_state,
    TRANSCRIBED: _transcribed,
    SPEECH: _speech,
    FALSE_INTERRUPTION: _false_interruption,
    ERROR: _error,
    CLOSE: _close,
    ITEM_ADDED: _added,
}
