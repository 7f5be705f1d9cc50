"""What each answer waited for: consecutive parts that sum to its `e2e_latency`.

Our reports say so in `parley.turns`. LiveKit's say how long each stage took, and the stages are
laid end to end here. An LLM that was asked before the turn had ended did part of its work while
the user was still being waited for; nobody waited for that part twice, so it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.timeline.span import Span
from eventlog.view import Message, View

Part = tuple[str, float]

OTHER = "other"
"""The part of a latency that no stage accounts for: scheduling, buffering, holding."""
EXACT = 1e-6
"""How far a sum of floats may be off, seconds."""
NOTICED = 0.0005
"""Seconds from which a part is one; what is shorter is shown as 0.000 and says nothing."""
LONGEST = 3600.0
"""Seconds beyond which a latency is damage: nobody waits for an hour."""


def latency_of(reply: Message) -> float | None:
    """The latency of a reply that answers a spoken turn, if it can be one."""
    latency = reply.metrics.get("e2e_latency")
    return latency if latency is not None and 0 <= latency <= LONGEST else None


def waits(view: View, span: Span, lines: dict[int, int]) -> list[dict[str, Any]]:
    """Each answer to a spoken turn: its latency, the parts of it, and where to find it."""
    told = told_turns(view)
    found: list[dict[str, Any]] = []
    for reply in view.messages_of("assistant"):
        latency = latency_of(reply)
        if latency is None:
            continue
        asked = view.answered_by(reply)
        turn = told.get(reply.id)
        parts = _told_parts(turn, latency) if turn else None
        found.append(
            {
                "a": span.place(_begin(reply, latency)),
                "e2e": latency,
                "parts": parts or stages(asked.metrics if asked else {}, reply.metrics, latency),
                "from": "parley.turns" if parts else "metrics",
                "asked": asked.text[:200] if asked else "",
                "by": _providers(turn or {}),
                "line": lines.get(reply.event.index),
            }
        )
    return found


def stages(asked: dict[str, float], reply: dict[str, float], latency: float) -> list[Part]:
    """The parts of a latency by the metrics of the two messages; their sum is the latency."""
    turn = _within(asked.get("end_of_turn_delay"), latency)
    transcription = _within(asked.get("transcription_delay"), turn)
    hook = _within(asked.get("on_user_turn_completed_delay"), latency - turn)
    left = latency - turn - hook
    tts = _within(reply.get("tts_node_ttfb"), left)
    llm = _within(reply.get("llm_node_ttft"), left - tts)
    parts = [
        ("transcription", transcription),
        ("endpointing", turn - transcription),
        ("hook", hook),
        ("llm", llm),
        ("tts", tts),
    ]
    return _summing([part for part in parts if part[1] >= NOTICED], latency)


def _summing(parts: list[Part], latency: float) -> list[Part]:
    """The parts, and what they leave of the latency: a part of its own if it can be seen."""
    rest = latency - sum(seconds for _, seconds in parts)
    if rest >= NOTICED or not parts:
        return [*parts, (OTHER, rest)]
    name, seconds = parts[-1]
    return [*parts[:-1], (name, seconds + rest)]


def _within(seconds: float | None, most: float) -> float:
    return min(max(seconds or 0.0, 0.0), max(most, 0.0))


def _begin(reply: Message, latency: float) -> float:
    return (reply.event.at if reply.started is None else reply.started) - latency


def told_turns(view: View) -> dict[str, dict[str, Any]]:
    """The entries of `parley.turns`, by the id of the reply that each is about."""
    ours = as_object(view.report.get("parley")) or {}
    turns = [as_object(raw) or {} for raw in as_list(ours.get("turns")) or []]
    return {key: turn for turn in turns if (key := as_text(turn.get("assistant_item")))}


def _told_parts(turn: dict[str, Any], latency: float) -> list[Part] | None:
    """The parts that a report tells, if they are parts of this latency."""
    parts = list(_readable(as_list(turn.get("parts")) or []))
    rest = latency - sum(seconds for _, seconds in parts)
    if not parts or rest < -EXACT:
        return None
    return _summing(parts, latency)


def _readable(parts: list[Any]) -> Iterator[Part]:
    for raw in parts:
        part = as_object(raw) or {}
        name, seconds = as_text(part.get("name")), as_number(part.get("seconds"))
        if name and seconds is not None and seconds > 0:
            yield name[:40], seconds


def _providers(turn: dict[str, Any]) -> str:
    by = as_object(turn.get("providers")) or {}
    return ", ".join(f"{slot}: {name}" for slot, name in by.items() if isinstance(name, str))
