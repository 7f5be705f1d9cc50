"""An STT that hears nothing, though it is connected.

Silence is the right answer to a cough, so what counts is that the caller spoke again and again and
not a word came of it. That ends no call: a radio in the room may be all there is to hear.
"""

from __future__ import annotations

from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameProcessor

from processors.failover.stt_work import STTWork
from processors.silence.watch import SilenceWatch, seconds

# So many stretches of speech in a row, each of so many seconds, are more than noise.
IN_A_ROW = 3
LONG_ENOUGH = 1.0


class STTSilence(SilenceWatch):
    """Counts the stretches of speech of which no word came.

    Args:
        service: The STT.
        name: The short name of its provider.
        limit: Seconds that it may take from the end of the first of them.
    """

    def __init__(self, service: FrameProcessor, *, name: str, limit: float) -> None:
        super().__init__(service, STTWork(), name=name, limit=limit)
        self._began = 0.0
        self._unheard: list[float] = []

    async def given(self, frame: Frame, at: float) -> None:
        """Count a stretch at its end; of one that the STT was muted for nothing is owed."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._began = at
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            if self.work.owed_since is None or at - self._began < LONG_ENOUGH:
                return
            self._unheard.append(at)
            if len(self._unheard) >= IN_A_ROW:
                self.wake(max(at, self._unheard[0] + self.limit))

    async def came(self, frame: Frame, at: float) -> None:
        """A word, final or not, is a sign."""
        if isinstance(frame, InterimTranscriptionFrame | TranscriptionFrame):
            self._unheard.clear()
            self.rest()

    async def due(self, at: float) -> None:
        """Report them, and count from the beginning."""
        if not self._unheard:
            return
        times, first = len(self._unheard), self._unheard[0]
        self._unheard.clear()
        await self.failed(
            f"gave no words for {times} stretches of speech in a row, "
            f"the first of which ended {seconds(at - first)} ago (call.provider_timeout)"
        )
