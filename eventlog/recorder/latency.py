"""Where every millisecond between the user's last word and the bot's first one went.

The metrics of the schema overlap (the end-of-turn delay includes the transcription delay) and do
not add up to what the user waited. These parts do: each runs from one mark to the next, so that
their sum is e2e_latency, whatever was measured in between.
"""

from __future__ import annotations

from typing import Any

from eventlog.recorder.speech import AnsweredTurn, Utterance


def turn_record(utterance: Utterance, item_id: str) -> dict[str, Any] | None:
    """Return the entry of `parley.turns` for the first audible answer to a user's turn.

    Args:
        utterance: The utterance that answers; its speech must name the turn.
        item_id: The id of the utterance's item.

    Returns:
        `{"user_item", "assistant_item", "agent", "e2e_latency", "parts": [{"name", "seconds"}, …],
        "providers": {slot: name}}` with seconds that sum to `e2e_latency`, or None when the
        utterance answers no spoken turn.
    """
    speech = utterance.speech
    answers = speech.answers
    if answers is None or speech.latency_taken:
        return None
    if answers.stopped_at is None or utterance.started_at is None:
        return None
    marks = [*answers.marks, *speech.marks, *_own_marks(utterance)]
    parts: list[dict[str, Any]] = []
    reached = answers.stopped_at
    for name, at in marks:
        mark = min(max(at, reached), utterance.started_at)
        parts.append({"name": name, "seconds": mark - reached})
        reached = mark
    return {
        "user_item": answers.item_id,
        "assistant_item": item_id,
        "agent": speech.agent_id,
        "e2e_latency": utterance.started_at - answers.stopped_at,
        "parts": parts,
        "providers": _providers(utterance, answers),
    }


def _providers(utterance: Utterance, answers: AnsweredTurn) -> dict[str, str]:
    served = {
        "stt": answers.stt,
        "llm": utterance.llm,
        "tts": utterance.tts,
        "realtime": answers.realtime,
    }
    return {slot: provider for slot, provider in served.items() if provider}


def step_marks(utterance: Utterance) -> list[tuple[str, float]]:
    """Return the marks of a silent tool step: what its LLM request took."""
    marks: list[tuple[str, float]] = []
    if utterance.requested_at is not None:
        marks.append(("scheduling", utterance.requested_at))
    if utterance.first_token_at is not None:
        marks.append(("llm", utterance.first_token_at))
    return marks


def _own_marks(utterance: Utterance) -> list[tuple[str, float]]:
    named = (
        ("scheduling", utterance.requested_at),
        ("llm", utterance.first_token_at),
        ("tts", utterance.first_audio_at),
        ("playback", utterance.started_at),
    )
    return [(name, at) for name, at in named if at is not None]
