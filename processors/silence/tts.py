"""A TTS that says nothing, or breaks off, and does not say that it failed.

Pipecat reports a text that gave no audio in three seconds, unless it is interrupted before: a
caller who hears nothing and speaks again would keep it from that for ever. That a connection broke
in the middle of a text it does not report at all; the playback does, which sees it end.
"""

from __future__ import annotations

from pipecat.frames.frames import Frame, InterruptionFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameProcessor

from processors.failover.tts_work import TTSWork
from processors.frames import ServiceCalledOffFrame, SpeechBrokeOffFrame
from processors.silence.watch import SilenceWatch, seconds

# So many texts in a row that gave no audio before they were talked over are no slow voice. One that
# was talked over sooner than this (seconds) tells nothing.
IN_A_ROW = 3
LONG_ENOUGH = 0.5


class TTSSilence(SilenceWatch):
    """Counts the texts that were talked over before there was a sound of them.

    Args:
        service: The TTS.
        name: The short name of its provider.
    """

    def __init__(self, service: FrameProcessor, *, name: str) -> None:
        super().__init__(service, TTSWork(), name=name, limit=LONG_ENOUGH)
        self._mute = 0

    async def before(self, frame: Frame, at: float) -> None:
        """Look at an interruption before the work forgets what it cuts."""
        if isinstance(frame, ServiceCalledOffFrame) or not isinstance(frame, InterruptionFrame):
            return
        since = self.work.owed_since
        if since is not None and at - since >= self.limit:
            self._mute += 1
            if self._mute >= IN_A_ROW:
                await self.failed(f"gave no audio for {self._mute} texts in a row")

    async def given(self, frame: Frame, at: float) -> None:
        """Take the blame for a text that broke off."""
        if isinstance(frame, SpeechBrokeOffFrame):
            await self.failed(f"broke off in the middle of a text, after {seconds(frame.heard)}")

    async def came(self, frame: Frame, at: float) -> None:
        """Any sound is a sign."""
        if isinstance(frame, TTSAudioRawFrame):
            self._mute = 0
