"""Speech that ends without saying so.

When its connection breaks in the middle of an utterance, a TTS of Pipecat connects anew, drops what
was to come and goes on with what comes next; it says neither that it failed nor that the utterance
is over. But it speaks its contexts one after the other, each until its end, and the end of a reply
stands behind them: a context that something overtakes is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import (
    Frame,
    LLMAssistantPushAggregationFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)

from processors.frames import SpeechBrokeOffFrame, TTSAbandonedFrame
from processors.spoken_text import SpokenText

# Pipecat gives a context up when it has had nothing for it for three seconds
# (`stop_frame_timeout_s`). A text that was to be said ends after this (seconds) ...
_DRY = 3.5
# ... or sooner if the rest of its text has come without its audio.
_DRY_AND_GIVEN_UP = 0.5


@dataclass(frozen=True)
class Unfinished:
    """A context that has begun and has not ended; `in_reply` if it is (part of) an LLM's reply."""

    context_id: str
    in_reply: bool


class UnfinishedSpeech:
    """Follows what a TTS begins and ends, in the order in which it says so.

    Args:
        text: What is known of the contexts.
    """

    def __init__(self, text: SpokenText) -> None:
        self._text = text
        self._open: dict[str, Unfinished] = {}
        self._in_reply = False

    def take(self, frame: Frame) -> list[Unfinished]:
        """Return the contexts that a frame shows to be over, though their end never came."""
        over: list[Unfinished] = []
        if isinstance(frame, TTSStartedFrame) and frame.context_id:
            own = self._open.pop(frame.context_id, None)
            over = self._take_all()
            self._open[frame.context_id] = own or Unfinished(frame.context_id, self._in_reply)
        elif isinstance(frame, TTSStoppedFrame):
            self._open.pop(frame.context_id or "", None)
        elif isinstance(frame, LLMFullResponseStartFrame):
            self._in_reply = True
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._in_reply = False
            over = self._take_all()
        return over

    def dry(self) -> list[Unfinished]:
        """Return what is over since nothing has come for too long."""
        return self._take_all()

    def cut(self) -> None:
        """Forget what an interruption has ended."""
        kept = self._text.uncuttable
        self._open = {key: speech for key, speech in self._open.items() if key in kept}

    @property
    def patience(self) -> float | None:
        """How long it may have no audio before it is over (seconds); None for ever.

        A reply ends with the LLM's, so there is nothing to guess.
        """
        says = [speech.context_id for speech in self._open.values() if not speech.in_reply]
        if len(says) != len(self._open) or not says:
            return None
        context = self._text.known(says[-1])
        if context is None:
            return None
        if context.given_up:
            return _DRY_AND_GIVEN_UP
        return _DRY if context.received else None

    def ends(self, speech: Unfinished) -> list[Frame]:
        """Return what ends a context in the name of its TTS; only what was heard of it counts.

        If some of it was not heard, the last one goes up, to the TTS.
        """
        context_id, context = speech.context_id, self._text.known(speech.context_id)
        if context is None:
            return []
        self._text.abandon(context_id)
        ends: list[Frame] = [TTSAbandonedFrame(context_id=context_id)]
        if not speech.in_reply and context.append_to_context:
            ends.insert(0, LLMAssistantPushAggregationFrame())
        for frame in ends:
            frame.interruptible = context.interruptible
        if context.received > 0 and (context.given_up or not context.last_pts):
            ends.append(SpeechBrokeOffFrame(context_id=context_id, heard=context.received))
        return ends

    def _take_all(self) -> list[Unfinished]:
        over, self._open = list(self._open.values()), {}
        return over
