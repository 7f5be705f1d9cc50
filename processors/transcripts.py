"""Transcripts: what STT frames say beyond their text, provider by provider.

Pipecat's frames carry text and language; speaker and confidence are left in the provider's own
`result`, whose shapes are read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipecat.frames.frames import InterimTranscriptionFrame, TranscriptionFrame

from eventlog.signals import Transcribed


def transcribed(
    frame: TranscriptionFrame | InterimTranscriptionFrame, at: float, fallback: str | None
) -> Transcribed:
    """Return the signal for one transcript; `fallback` is the language if the frame has none."""
    best = _best_alternative(frame.result)
    return Transcribed(
        at=at,
        text=frame.text.strip(),
        final=isinstance(frame, TranscriptionFrame),
        language=str(frame.language) if frame.language else fallback,
        speaker=_speaker(best),
        confidence=_number(_read(best, "confidence")),
    )


def _best_alternative(result: Any) -> Any:
    # Deepgram: result.channel.alternatives[0]; others put the fields on the result itself.
    alternatives = _read(_read(result, "channel"), "alternatives")
    if isinstance(alternatives, Sequence) and alternatives:
        return alternatives[0]
    return result


def _speaker(alternative: Any) -> str | None:
    words = _read(alternative, "words")
    if isinstance(words, Sequence) and words:
        speaker = _read(words[0], "speaker")
        return None if speaker is None else str(speaker)
    return None


def _read(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    return getattr(value, name, None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
