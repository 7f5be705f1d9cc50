"""A realtime model that is connected and says nothing.

What it was asked, and a turn that it found over, it has to answer; of speech it has to say that it
hears it. Pipecat's clients wait for all of that for ever.
"""

from __future__ import annotations

from pipecat.frames.frames import (
    Frame,
    FunctionCallsStartedFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.silence.stt import IN_A_ROW, LONG_ENOUGH
from processors.silence.watch import SilenceWatch, seconds

_ANSWERS = (
    FunctionCallsStartedFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
_HEARS = (
    InterimTranscriptionFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
)


class RealtimeWork:
    """The answer that a realtime model owes; see `processors.failover.work.Owing`."""

    owed_since: float | None = None

    @property
    def idle(self) -> bool:
        """Whether no answer is owed."""
        return self.owed_since is None

    def given(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """It is asked, or what it was asked is called off."""
        if isinstance(frame, LLMContextFrame) or (
            isinstance(frame, LLMMessagesAppendFrame) and frame.run_llm
        ):
            self.owed_since = at
        elif isinstance(frame, InterruptionFrame):
            self.owed_since = None

    def came(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """It finds a turn over, or gives a sign of its answer."""
        if isinstance(frame, ProposedUserStoppedSpeakingFrame):
            self.owed_since = at
        elif isinstance(frame, LLMFullResponseEndFrame | ProposedUserStartedSpeakingFrame):
            self.owed_since = None
        elif self.owed_since is not None and isinstance(frame, (*_ANSWERS, *_HEARS)):
            self.owed_since = at


class RealtimeSilence(SilenceWatch):
    """Lets a realtime model fail that owes a sign for too long.

    Args:
        service: The model.
        name: The short name of its provider.
        limit: Seconds without a sign of an answer; of speech, from the end of the first stretch.
    """

    def __init__(self, service: FrameProcessor, *, name: str, limit: float) -> None:
        super().__init__(service, RealtimeWork(), name=name, limit=limit)
        self._began = 0.0
        self._unheard: list[float] = []

    async def given(self, frame: Frame, at: float) -> None:
        """Begin to wait with a question; count speech at its end."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._began = at
        elif isinstance(frame, VADUserStoppedSpeakingFrame) and at - self._began >= LONG_ENOUGH:
            self._unheard.append(at)
        self._wait()

    async def came(self, frame: Frame, at: float) -> None:
        """Whatever it says of the user, it has heard them."""
        if isinstance(frame, _HEARS):
            self._unheard.clear()
        self._wait()

    def _wait(self) -> None:
        due = [] if self.work.owed_since is None else [self.work.owed_since + self.limit]
        if len(self._unheard) >= IN_A_ROW:
            due.append(max(self._unheard[-1], self._unheard[0] + self.limit))
        if due:
            self.wake(min(due))
        else:
            self.rest()

    async def due(self, at: float) -> None:
        """Say what has not come, and wait for the next thing."""
        since = self.work.owed_since
        if since is not None and since + self.limit <= at:
            self.work.given(InterruptionFrame(), FrameDirection.DOWNSTREAM, at)
            what = f"gave no answer for {seconds(self.limit)} (call.provider_timeout)"
        elif len(self._unheard) < IN_A_ROW:
            self._wait()  # a sign came, or the timer is early by a clock's tick
            return
        else:
            what = (
                f"gave no sign of hearing {len(self._unheard)} stretches of speech in a row, the "
                f"first of which ended {seconds(at - self._unheard[0])} ago (call.provider_timeout)"
            )
        self._unheard.clear()
        self._wait()
        await self.failed(what)
