"""A detector of speech that makes no mistakes, told by the frames whether someone speaks.

Speech is declared with the first frame of sound and over after half a second of silence. As with
a real detector there is an event for every frame, which comes before the change it may bring.
Unlike one, the length of a speech is that of its sound: the silence before it is declared over
does not count, so that a script's lengths mean what they say.
"""

from fake_input import FRAME_SECONDS, utterance_of
from livekit import rtc
from livekit.agents.vad import VAD, VADCapabilities, VADEvent, VADEventType, VADStream

SILENCE_MS = 500


class FakeVAD(VAD):
    """Makes streams; it has nothing to set."""

    def __init__(self) -> None:
        super().__init__(capabilities=VADCapabilities(update_interval=FRAME_SECONDS))

    def stream(self) -> VADStream:
        return _FakeVADStream(self)


class _FakeVADStream(VADStream):
    async def _main_task(self) -> None:
        self._speaking = False
        self._heard_ms = 0
        self._sound_ms = 0
        self._silence_ms = 0
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):
                # whole milliseconds add up exactly; the session's own silence has longer frames
                self._hear(round(frame.duration * 1000), sound=utterance_of(frame) != 0)

    def _hear(self, milliseconds: int, *, sound: bool) -> None:
        self._heard_ms += milliseconds
        if sound:
            # a pause that was not long enough to end the speech belongs to it
            self._sound_ms += milliseconds + (self._silence_ms if self._speaking else 0)
            self._silence_ms = 0
        else:
            self._silence_ms += milliseconds
        self._tell(VADEventType.INFERENCE_DONE, raw_speech=sound and self._speaking)
        if sound and not self._speaking:
            self._speaking = True
            self._tell(VADEventType.START_OF_SPEECH)
        elif self._speaking and self._silence_ms >= SILENCE_MS:
            self._speaking = False
            self._tell(VADEventType.END_OF_SPEECH)
            self._sound_ms = 0

    def _tell(self, kind: VADEventType, *, raw_speech: bool = False) -> None:
        self._event_ch.send_nowait(
            VADEvent(
                type=kind,
                samples_index=0,
                timestamp=self._heard_ms / 1000,
                speech_duration=self._sound_ms / 1000,
                silence_duration=self._silence_ms / 1000,
                speaking=self._speaking,
                raw_accumulated_silence=self._silence_ms / 1000,
                raw_accumulated_speech=self._sound_ms / 1000 if raw_speech else 0.0,
            )
        )
