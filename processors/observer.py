"""The observer: hears every frame of a call and turns the few that matter into signals.

One observer that dispatches by type costs a fraction of several (each has a queue and a task of its
own). Two rules of Pipecat shape it: an exception would detach it for the rest of the call, so none
leaves it; and it hears frames late, through its queue, so times come from the push, not from now.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import (
    AggregatedTextFrame,
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    Frame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from eventlog.signals import CallStarted, Interrupted, Signal, TextReceived
from processors.answer_signals import AnswerSignals
from processors.failures import failure_of, is_tool_failure
from processors.first_audio import FirstAudio
from processors.frame_signals import SIGNALS, ToSignal, provider_switched
from processors.frames import (
    PipelineDrainedFrame,
    ProviderSwitchedFrame,
    TypedTextFrame,
    UserTurnHeardFrame,
)
from processors.realtime.answers import RealtimeAnswers
from processors.realtime.turns import ModelTurns
from processors.tool_signals import TOOL_FRAMES, tool_signals
from processors.transcripts import transcribed
from processors.typed_text import TypedText
from processors.usage import usage_of

Handler = Callable[[Any, float, FramePushed], None]


class CallObserver(BaseObserver):
    """Turns frames into signals.

    Args:
        take: Where signals go; must neither wait nor raise.
        lose: Told what could not be turned into a signal: the part and the reason.
        language: The language of a transcript whose provider names none.
        realtime: Whether the bot is one realtime model.
        clock: Wall clock in epoch seconds, read once to anchor the pipeline's own clock.
    """

    def __init__(
        self,
        take: Callable[[Signal], None],
        lose: Callable[[str, str], None],
        *,
        language: str | None = None,
        realtime: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(observe_every_push=False)
        self._take = take
        self._lose = lose
        self._language = language
        self._clock = clock
        self._anchor: float | None = None
        self._realtime = realtime
        self._answers = RealtimeAnswers(take) if realtime else AnswerSignals(take)
        self._first_audio = FirstAudio()
        self.drained = asyncio.Event()
        self._handlers: dict[type[Frame], Handler | None] = {
            **{kind: self._one_fact(to_signal) for kind, to_signal in SIGNALS.items()},
            **dict.fromkeys(TOOL_FRAMES, self._tools),
            InterimTranscriptionFrame: self._transcribed,
            TranscriptionFrame: self._transcribed,
            UserTurnHeardFrame: self._turn_heard,
            TypedTextFrame: self._typed,
            EagerEndOfTurnCancelFrame: self._withdrawn,
            LLMContextFrame: self._context,
            LLMFullResponseStartFrame: self._answer_started,
            LLMTextFrame: self._answer_text,
            LLMFullResponseEndFrame: self._answer_ended,
            AggregatedTextFrame: self._announced,
            TTSTextFrame: None,
            TTSAudioRawFrame: self._audio,
            InterruptionFrame: self._interrupted,
            ProviderSwitchedFrame: self._switched,
            ErrorFrame: self._failed,
            MetricsFrame: self._metrics,
            PipelineDrainedFrame: self._drained,
        }

    async def on_pipeline_started(self) -> None:
        """The bot is listening from here on."""
        self._take(CallStarted(at=self._clock()))

    async def on_push_frame(self, data: FramePushed) -> None:
        """Dispatch one frame; see `BaseObserver`."""
        kind = type(data.frame)
        try:
            handler = self._handlers[kind]
        except KeyError:
            handler = self._handlers[kind] = self._inherited(kind)
        if handler is None:
            return
        # A broadcast goes both ways as two frames; the one that goes down is read.
        if data.direction is not FrameDirection.DOWNSTREAM and not (
            kind in _READ_UPSTREAM or isinstance(data.source, ModelTurns)
        ):
            return
        try:
            handler(data.frame, self._at(data.source, data.timestamp), data)
        except Exception as error:  # noqa: BLE001 - an exception here would deafen the log
            self._lose("observer", f"{kind.__name__}: {error!r}")

    def _inherited(self, kind: type[Frame]) -> Handler | None:
        return next((self._handlers[base] for base in kind.__mro__[1:] if base in _NAMED), None)

    def _at(self, processor: FrameProcessor, timestamp: int) -> float:
        if self._anchor is None:
            self._anchor = self._clock() - processor.get_clock().get_time() / 1e9
        return self._anchor + timestamp / 1e9

    def _one_fact(self, to_signal: ToSignal) -> Handler:
        return lambda frame, at, _: self._take(to_signal(frame, at))

    def _transcribed(
        self, frame: TranscriptionFrame | InterimTranscriptionFrame, at: float, _: FramePushed
    ) -> None:
        self._take(transcribed(frame, at, self._language))

    def _turn_heard(self, _frame: UserTurnHeardFrame, at: float, _: FramePushed) -> None:
        self._answers.heard(at)

    def _typed(self, frame: TypedTextFrame, at: float, data: FramePushed) -> None:
        # On its way to where it becomes a turn it is only a wish.
        if isinstance(data.source, TypedText):
            self._take(TextReceived(at=at, text=frame.text))

    def _context(self, frame: LLMContextFrame, at: float, data: FramePushed) -> None:
        self._answers.context(frame, at, data.direction)

    def _withdrawn(self, frame: EagerEndOfTurnCancelFrame, at: float, _: FramePushed) -> None:
        self._answers.withdrawn(at)

    def _answer_started(
        self, frame: LLMFullResponseStartFrame, at: float, data: FramePushed
    ) -> None:
        self._answers.started(at, data.source)

    def _answer_text(self, frame: LLMTextFrame, at: float, _: FramePushed) -> None:
        self._answers.text(frame, at)

    def _answer_ended(self, frame: LLMFullResponseEndFrame, at: float, data: FramePushed) -> None:
        self._answers.ended(at, data.source)

    def _announced(self, frame: AggregatedTextFrame, _at: float, data: FramePushed) -> None:
        self._first_audio.announced(frame, data.source)

    def _audio(self, frame: TTSAudioRawFrame, at: float, data: FramePushed) -> None:
        self._answers.audio(at, data.source)
        first = self._first_audio.heard(frame, at, data.source)
        if first is not None:
            self._take(first)

    def _interrupted(self, frame: InterruptionFrame, at: float, _: FramePushed) -> None:
        self._answers.interrupted()
        self._take(Interrupted(at=at))

    def _switched(self, frame: ProviderSwitchedFrame, at: float, _: FramePushed) -> None:
        if frame.slot == "llm":
            self._answers.provider_switched(at, asks_again=frame.asks_again)
        self._take(provider_switched(frame, at))

    def _tools(self, frame: Frame, at: float, _: FramePushed) -> None:
        for signal in tool_signals(frame, at):
            self._take(signal)

    def _failed(self, frame: ErrorFrame, at: float, data: FramePushed) -> None:
        processor = frame.processor or data.source
        if not is_tool_failure(frame, processor):
            self._take(failure_of(frame, at, processor, realtime=self._realtime))

    def _metrics(self, frame: MetricsFrame, at: float, data: FramePushed) -> None:
        self._answers.measured(frame, at, data.source)
        for signal in usage_of(frame, at, data.source):
            self._take(signal)

    def _drained(self, frame: PipelineDrainedFrame, at: float, _: FramePushed) -> None:
        self.drained.set()


# Frames that are read on their way up: errors only go up, and so do tool results to the LLM. Of a
# realtime model the user's words go up as well, made whole by `ModelTurns`.
_READ_UPSTREAM = frozenset({ErrorFrame, LLMContextFrame})

# Frame types whose subclasses are read as they are themselves.
_NAMED = frozenset(
    {
        TranscriptionFrame,
        InterimTranscriptionFrame,
        LLMTextFrame,
        TTSAudioRawFrame,
        ErrorFrame,
        LLMFullResponseStartFrame,
        LLMFullResponseEndFrame,
        LLMContextFrame,
    }
)
