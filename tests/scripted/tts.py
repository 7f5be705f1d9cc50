"""Text to speech whose length, timings and every sample are known beforehand."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipecat.frames.frames import ErrorFrame, Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from tests.scripted.audio_code import encode
from tests.scripted.script import check_keys, sleep_until

_VOICE_KEYS = {"text", "audio_seconds", "ttfb", "duration", "error"}
_PIECE_SECONDS = 0.1


@dataclass
class Synthesis:
    """One text as it was synthesised.

    Attributes:
        text: What was to be said.
        at: Epoch seconds of the request.
        first_sample: Number of its first sample in this service's audio (see `audio_code`).
        samples: How many samples it has when it is complete.
        sent: How many of them were handed to the pipeline.
        voice: The voice in the settings at that moment.
    """

    text: str
    at: float
    first_sample: int
    samples: int
    sent: int = 0
    voice: str = ""


class ScriptedTTS(TTSService):
    """Speaks numbered samples, spread over the time that the script allows for making them.

    Args:
        voices: Mappings with a `text` and what is different for it: `audio_seconds`, `ttfb`,
            `duration`, `error` (fails after `ttfb` with this message). A sentence of a `text`
            has its share of the `audio_seconds`.
        ttfb: Seconds from the request to the first audio.
        duration: Seconds from the request to the last audio.
        seconds_per_character: Length of the audio of a text that the script does not name.
        word_times: Whether the time of each word is known, as from ElevenLabs or Cartesia, or
            only the text of whole sentences, as from most others.
        settings: A delta over the default settings.

    Attributes:
        spoken: What was synthesised, oldest first.

    Raises:
        ScriptError: If the script has an unknown key.
    """

    Settings = TTSSettings

    def __init__(
        self,
        voices: Sequence[Mapping[str, Any]] = (),
        *,
        ttfb: float = 0.2,
        duration: float = 0.3,
        seconds_per_character: float = 0.06,
        word_times: bool = True,
        settings: TTSSettings | None = None,
        **kwargs: Any,
    ) -> None:
        defaults = TTSSettings(model="scripted-tts", voice="numbers", language=None)
        if settings is not None:
            defaults.apply_update(settings)
        super().__init__(
            push_text_frames=not word_times,
            push_start_frame=True,
            push_stop_frames=True,
            settings=defaults,
            **kwargs,
        )
        for voice in voices:
            check_keys(voice, _VOICE_KEYS, f"The voice for {voice.get('text')!r}")
        self.spoken: list[Synthesis] = []
        self._voices = list(voices)
        self._ttfb = ttfb
        self._duration = duration
        self._seconds_per_character = seconds_per_character
        self._word_times = word_times
        self._context_seconds: dict[str, float] = {}
        self._next_sample = 0

    def can_generate_metrics(self) -> bool:
        return True

    async def on_audio_context_completed(self, context_id: str) -> None:
        self._context_seconds.pop(context_id, None)
        await super().on_audio_context_completed(context_id)

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        self._context_seconds.pop(context_id, None)
        await super().on_audio_context_interrupted(context_id)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield the audio of a text piece by piece, each at its moment."""
        started = time.monotonic()
        voice = self._voice(text)
        synthesis = self._plan(text, voice)
        ttfb = voice.get("ttfb", self._ttfb)
        duration = max(voice.get("duration", self._duration), ttfb)
        await self.start_tts_usage_metrics(text)
        await sleep_until(started + ttfb)
        if voice.get("error"):
            yield ErrorFrame(error=voice["error"])
            return
        words = _word_starts(text, synthesis.samples / self.sample_rate)
        before = self._context_seconds.get(context_id, 0.0)
        piece = round(_PIECE_SECONDS * self.sample_rate)
        for begin in range(0, synthesis.samples, piece):
            await sleep_until(started + ttfb + (duration - ttfb) * begin / synthesis.samples)
            end = min(begin + piece, synthesis.samples)
            while self._word_times and words and words[0][1] * self.sample_rate < end:
                word, at = words.pop(0)
                await self.add_word_timestamps([(word, before + at)], context_id)
            synthesis.sent = end
            yield TTSAudioRawFrame(
                audio=encode(synthesis.first_sample + begin, end - begin),
                sample_rate=self.sample_rate,
                num_channels=1,
                context_id=context_id,
            )
        self._context_seconds[context_id] = before + synthesis.samples / self.sample_rate
        await sleep_until(started + duration)

    def _voice(self, text: str) -> Mapping[str, Any]:
        for voice in self._voices:
            if voice["text"].strip() == text.strip():
                return voice
        for voice in self._voices:
            if text.strip() in voice["text"]:
                share = len(text.strip()) / len(voice["text"].strip())
                length = voice.get("audio_seconds")
                return dict(voice) | ({} if length is None else {"audio_seconds": length * share})
        return {}

    def _plan(self, text: str, voice: Mapping[str, Any]) -> Synthesis:
        length = voice.get("audio_seconds", len(text.strip()) * self._seconds_per_character)
        samples = 0 if voice.get("error") else round(length * self.sample_rate)
        synthesis = Synthesis(text, time.time(), self._next_sample, samples)
        synthesis.voice = str(self._settings.voice)
        self._next_sample += samples
        self.spoken.append(synthesis)
        return synthesis


def _word_starts(text: str, seconds: float) -> list[tuple[str, float]]:
    """Each word with the second at which it begins, each character taking equally long."""
    starts: list[tuple[str, float]] = []
    position = 0
    for word in text.split():
        position = text.index(word, position)
        starts.append((word, seconds * position / len(text)))
        position += len(word)
    return starts
