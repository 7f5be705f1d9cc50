"""The observer of a bot that somebody else built: it has none of Parley's processors.

What those tell in frames of their own is read here from what any Pipecat pipeline does. A turn is
completed when it is in the LLM's context, since there is no hook; an interruption is settled, and
the call drained, when the pipeline's last processor has the frame in hand: everything before has
dealt with it, and the observer hears in that order.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    CancelFrame,
    EagerEndOfTurnCancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    ProposedUserStoppedSpeakingFrame,
    StopFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.observers.base_observer import FrameProcessed, FramePushed
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from eventlog.signals import (
    InterruptionSettled,
    Signal,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
)
from processors.frame_signals import speech_started, turn_ended
from processors.observer import CallObserver

_LAST_FRAMES = (CancelFrame, EndFrame, StopFrame)


class AttachedObserver(CallObserver):
    """Turns the frames of any bot into signals.

    Args:
        take: Where signals go; must neither wait nor raise.
        lose: Told what could not be turned into a signal: the part and the reason.
        last: The pipeline's last processor.
        cleaned_up: Awaited when the worker is torn down, however the call ended.
        language: The language of a transcript whose provider names none.
        clock: Wall clock in epoch seconds, read once to anchor the pipeline's own clock.
    """

    def __init__(
        self,
        take: Callable[[Signal], None],
        lose: Callable[[str, str], None],
        *,
        last: FrameProcessor,
        cleaned_up: Callable[[], Awaitable[None]],
        language: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(take, lose, language=language, clock=clock)
        self._last = last
        self._cleaned_up = cleaned_up
        self._begun_early = False
        self._has_vad = False
        self._speaks_by_turn = False
        self._handlers |= {
            VADUserStartedSpeakingFrame: self._speech_started,
            LLMContextUserTurnFrame: self._turn_ended,
            UserStartedSpeakingFrame: self._turn_started,
            ProposedUserStoppedSpeakingFrame: self._turn_stopped,
            UserStoppedSpeakingFrame: self._turn_stopped,
        }

    async def on_process_frame(self, data: FrameProcessed) -> None:
        """Note what has come through the whole pipeline; see `BaseObserver`."""
        if data.processor is not self._last or data.direction is not FrameDirection.DOWNSTREAM:
            return
        if isinstance(data.frame, InterruptionFrame):
            self._take(InterruptionSettled(at=self._at(data.processor, data.timestamp)))
        elif isinstance(data.frame, _LAST_FRAMES):
            self.drained.set()

    async def cleanup(self) -> None:
        """Be told that nothing more will come; see `BaseObserver`."""
        await super().cleanup()
        await self._cleaned_up()

    def _turn_ended(self, frame: LLMContextUserTurnFrame, at: float, _: FramePushed) -> None:
        self._turn_stopped(frame, at, _)
        self._take(turn_ended(frame, at))
        begun_early, self._begun_early = self._begun_early, False
        self._take(UserTurnCompleted(at=at, hook=0.0, preempted=begun_early))

    def _context(self, frame: LLMContextFrame, at: float, data: FramePushed) -> None:
        super()._context(frame, at, data)
        if data.direction is FrameDirection.DOWNSTREAM:
            self._begun_early = frame.speculation

    def _withdrawn(self, frame: EagerEndOfTurnCancelFrame, at: float, _: FramePushed) -> None:
        super()._withdrawn(frame, at, _)
        self._begun_early = False

    def _interrupted(self, frame: InterruptionFrame, at: float, _: FramePushed) -> None:
        super()._interrupted(frame, at, _)
        self._begun_early = False

    def _speech_started(
        self, frame: VADUserStartedSpeakingFrame, at: float, _: FramePushed
    ) -> None:
        self._has_vad, self._speaks_by_turn = True, False
        self._take(speech_started(frame, at))

    # A bot whose STT decides about turns may have no VAD; then the turn is all that is known of
    # the speech in it. Its end may be in the context before it is announced.

    def _turn_started(self, frame: Frame, at: float, _: FramePushed) -> None:
        if not self._has_vad and not self._speaks_by_turn:
            self._speaks_by_turn = True
            self._take(UserSpeechStarted(at=at, onset=at))

    def _turn_stopped(self, frame: Frame, at: float, _: FramePushed) -> None:
        if self._speaks_by_turn:
            self._speaks_by_turn = False
            self._take(UserSpeechStopped(at=at, end=at))
