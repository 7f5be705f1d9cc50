"""What of the user's side reaches the STT, and that none of its words are lost.

While the bot may not be interrupted, the user is not transcribed
(`discard_audio_if_uninterruptible`), though the VAD still hears: the log tells that the user spoke.
And words that are on their way must not be swept away by the interruption that they bring about.
"""

from __future__ import annotations

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    STTMuteFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.floor import Floor


class Listening(FrameProcessor):
    """Stands behind the STT and mutes it while the user is not to be heard.

    Args:
        floor: What the bot is about.
    """

    def __init__(self, floor: Floor) -> None:
        # It holds nothing back, so frames need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._floor = floor
        self._muted = False
        self._speaking = False
        # Whether an STT that transcribes what the VAD marks was told of the running speech.
        self._marked = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass frames on, but for the VAD's marks of a speech that the STT does not hear."""
        await super().process_frame(frame, direction)
        if isinstance(frame, EndFrame | CancelFrame):
            # What the user's aggregator still holds is written down, but not answered.
            self._floor.close()
        elif isinstance(frame, InputAudioRawFrame):
            await self._follow_floor()
        elif isinstance(frame, TranscriptionFrame):
            frame.interruptible = False
            self._floor.words_leave()
        elif direction is FrameDirection.UPSTREAM and not self._lets_mark_up(frame):
            return
        await self.push_frame(frame, direction)

    async def _follow_floor(self) -> None:
        if self._floor.deaf is self._muted:
            return
        self._muted = not self._muted
        await self.push_frame(STTMuteFrame(mute=self._muted), FrameDirection.UPSTREAM)
        if not self._muted and self._speaking and not self._marked:
            # From here on the running speech is heard, as if it began here.
            self._marked = True
            await self.push_frame(
                VADUserStartedSpeakingFrame(start_secs=0.0), FrameDirection.UPSTREAM
            )

    def _lets_mark_up(self, frame: Frame) -> bool:
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._speaking, self._marked = True, not self._muted
            return self._marked
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            marked, self._speaking, self._marked = self._marked, False, False
            return marked
        return True
