"""The STT's work: what the user is saying, until its words are final.

The audio of it is kept, so that another service can hear what the one before did not transcribe.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    STTMuteFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.failover.work import Handover

# Speech begins before the VAD says so; of silence so much is kept (seconds).
_BEFORE_SPEECH = 1.0
# A longer stretch without a final is given up from its beginning (seconds).
_LONGEST = 60.0


class STTWork:
    """Follows one stretch of speech.

    Args:
        whole: Returns whether the service gives nothing before the speech has ended (Pipecat's
            SegmentedSTTService), so that silence until then is no sign of anything.
    """

    doing = "speech was going in"

    def __init__(self, *, whole: Callable[[], bool] = lambda: False) -> None:
        self._whole = whole
        self._audio: deque[InputAudioRawFrame] = deque()
        self._seconds = 0.0
        self._vad: Frame | None = None
        self._speaking = False
        self._muted = False
        self._owes_final = False
        self._sign_at = 0.0

    @property
    def owed_since(self) -> float | None:
        """When the speech began, or the last transcript came, if more of them is due."""
        if self._muted or not self._owes_final or (self._speaking and self._whole()):
            return None
        return self._sign_at

    @property
    def idle(self) -> bool:
        """Whether the user is silent and all words are final."""
        return not self._speaking and not self._owes_final

    def given(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """See `Work`."""
        if isinstance(frame, InputAudioRawFrame):
            self._keep(frame)
        elif isinstance(frame, VADUserStartedSpeakingFrame):
            self._vad, self._speaking, self._owes_final, self._sign_at = frame, True, True, at
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._speaking = False
            if self._owes_final:
                self._sign_at = at
        elif isinstance(frame, STTMuteFrame):
            self._muted = frame.mute
            self._sign_at = at
            if frame.mute:
                self._owes_final = False

    def came(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """See `Work`."""
        if isinstance(frame, InterimTranscriptionFrame):
            self._sign_at = at
            self._owes_final = True
        elif isinstance(frame, TranscriptionFrame):
            self._sign_at = at
            self._owes_final = False
            self._audio.clear()
            self._seconds = 0.0

    def hand_over(self, at: float) -> Handover:
        """Let the next one hear what was said since the last final."""
        self._sign_at = at
        if self.idle:
            return Handover()
        frames: list[tuple[Frame, FrameDirection]] = []
        if isinstance(self._vad, VADUserStartedSpeakingFrame):
            frames.append((replace(self._vad), FrameDirection.UPSTREAM))
        frames += [(replace(frame), FrameDirection.DOWNSTREAM) for frame in self._audio]
        if not self._speaking:
            frames.append((VADUserStoppedSpeakingFrame(), FrameDirection.UPSTREAM))
        return Handover(frames, begins_anew=True)

    def _keep(self, frame: InputAudioRawFrame) -> None:
        self._audio.append(frame)
        self._seconds += _seconds_of(frame)
        longest = _BEFORE_SPEECH if self.idle else _LONGEST
        while self._seconds > longest:
            self._seconds -= _seconds_of(self._audio.popleft())


def _seconds_of(frame: InputAudioRawFrame) -> float:
    return frame.num_frames / frame.sample_rate if frame.sample_rate else 0.0
