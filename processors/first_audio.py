"""Where the audio of each utterance begins, and with which text.

The recorder knows by that text which of the utterances that were asked for is heard first.
"""

from __future__ import annotations

from pipecat.frames.frames import AggregatedTextFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.tts_service import TTSService

from eventlog.signals import TTSFirstAudio


class FirstAudio:
    """Follows the audio contexts of the TTS, which gives each utterance one of its own."""

    def __init__(self) -> None:
        self._context: str | None = None
        self._texts: dict[str | None, str] = {}

    def announced(self, frame: AggregatedTextFrame, source: FrameProcessor) -> None:
        """A text is to be spoken: the first of a context is what its audio begins with."""
        begun = frame.context_id == self._context
        if frame.will_be_spoken and not begun and isinstance(source, TTSService):
            self._texts.setdefault(frame.context_id, frame.text)

    def heard(
        self, frame: TTSAudioRawFrame, at: float, source: FrameProcessor
    ) -> TTSFirstAudio | None:
        """Return the signal if this audio is the first of its context."""
        # The output cuts audio into new frames, which have no context.
        if frame.context_id == self._context or not isinstance(source, TTSService):
            return None
        self._context = frame.context_id
        return TTSFirstAudio(at=at, text=self._texts.pop(frame.context_id, None))
