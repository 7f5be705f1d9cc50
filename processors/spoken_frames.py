"""Frames of a TTS as what `SpokenText` keeps: whose they are, and what they tell of it."""

from __future__ import annotations

from pipecat.frames.frames import (
    AggregatedTextFrame,
    AggregatedTextProgressFrame,
    EndFrame,
    Frame,
    LLMAssistantPushAggregationFrame,
    LLMFullResponseEndFrame,
    OutputAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)

from processors.audio_pieces import seconds_of
from processors.frames import TTSAbandonedFrame
from processors.spoken_text import SpokenText

# What ends an utterance comes after all of its text.
_AFTER_TEXT = (
    TTSStoppedFrame,
    LLMAssistantPushAggregationFrame,
    LLMFullResponseEndFrame,
    EndFrame,
)


def context_of(frame: Frame) -> str:
    """Return the id of the TTS context that a frame belongs to, "" if to none."""
    return getattr(frame, "context_id", None) or ""


def receive(text: SpokenText, frame: Frame, order: int, now: int) -> bool:
    """Note what a frame tells of its context; true if the frame waits there for its audio.

    Args:
        text: What is being spoken.
        frame: Any frame that came to the voice.
        order: The order of its arrival.
        now: The pipeline's clock (nanoseconds).
    """
    if isinstance(frame, TTSStartedFrame) and frame.context_id:
        context = text.context(frame.context_id)
        context.append_to_context = frame.append_to_context
        context.interruptible = frame.interruptible
    elif isinstance(frame, OutputAudioRawFrame):
        context = text.begin(context_of(frame), now)
        context.received += seconds_of(frame)
        context.given_up = False
        context.interruptible = frame.interruptible
    elif isinstance(frame, AggregatedTextFrame | AggregatedTextProgressFrame):
        context_id = frame.context_id or ""
        if isinstance(frame, TTSTextFrame) and frame.pts:
            text.begin(context_id, now)
        elif isinstance(frame, AggregatedTextFrame):
            text.announced(frame, context_id, order)
        return text.take(frame, context_id, order)
    elif isinstance(frame, TTSStoppedFrame):
        text.ended(frame.context_id or "")
    return False


def text_before(text: SpokenText, frame: Frame, order: int) -> list[Frame]:
    """Note that a frame is let go of, and return the text that goes before it.

    Args:
        text: What is being spoken.
        frame: Any frame but audio.
        order: The order of its arrival.
    """
    if isinstance(frame, TTSAbandonedFrame):
        text.abandon(frame.context_id or "")
    elif isinstance(frame, TTSStartedFrame) and frame.context_id:
        text.context(frame.context_id).started = True
    return list(text.rest(order)) if isinstance(frame, _AFTER_TEXT) else []
