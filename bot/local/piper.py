"""Embedded text to speech: Piper with the voice of the ``local`` extra."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any

from loguru import logger
from pipecat.frames.frames import ErrorFrame, Frame, InterruptionFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.utils.types import NOT_GIVEN, NotGiven, assert_given

from bot.local.playhead import Playhead
from bot.local.voice import Cancellation, Cancelled, SpokenPiece, Voice
from bot.models import Models


@dataclass
class EmbeddedPiperTTSSettings(TTSSettings):
    """Settings of :class:`EmbeddedPiperTTSService`.

    Attributes:
        speed: 2 is twice as fast.
    """

    speed: float | NotGiven = field(default_factory=lambda: NOT_GIVEN)


class EmbeddedPiperTTSService(TTSService):
    """Speaks with Piper in this process: no key, no network.

    Speech is computed in a thread, piece by piece, so that it is heard while the rest is still
    being computed and stops being computed when it is interrupted. Words carry the times at
    which they are spoken, so that a reply that is cut short is cut at the word that was played,
    in the conversation as in the log. The durations are those the voice itself computed with;
    where written and spoken words cannot be counted off against each other (digits, mostly)
    the words of that sentence are estimated from their length.

    Args:
        models: The process's models; None to own one's own voice.
        voice_path: A Piper ``.onnx`` file with its ``.onnx.json`` beside it; None for the voice
            of the ``local`` extra.
        threads: How many to compute with.
        settings: ``speed``.
        **kwargs: See Pipecat's ``TTSService``.

    Raises:
        MissingExtraError: On ``setup()``, if the ``local`` extra is not installed.
        BadVoiceError: On ``setup()``, if ``voice_path`` is no voice that can be streamed.
    """

    Settings = EmbeddedPiperTTSSettings
    # As each of Pipecat's services narrows its own settings.
    _settings: EmbeddedPiperTTSSettings  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        *,
        models: Models | None = None,
        voice_path: str | None = None,
        threads: int = 2,
        settings: EmbeddedPiperTTSSettings | None = None,
        **kwargs: Any,
    ) -> None:
        merged = self.Settings(model="piper", voice=voice_path or "joe", language=None, speed=1.0)
        if settings is not None:
            merged.apply_update(settings)
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            push_text_frames=False,  # the words go out one by one, as they are played
            settings=merged,
            **kwargs,
        )
        self._models = models or Models()
        self._owns_models = models is None
        self._voice_path = voice_path
        self._threads = threads
        self._voice: Voice | None = None
        self._playhead = Playhead()
        self._context_starts: dict[str, int] = {}

    def can_generate_metrics(self) -> bool:
        """Say that this service measures itself."""
        return True

    async def load(self) -> Voice:
        """Load and warm the voice, unless it is there already."""
        if self._voice is None:
            path, threads = self._voice_path, self._threads
            self._voice = await self._models.get(
                ("piper", path, threads),
                lambda: Voice.load(path, threads=threads),
                name="Piper voice",
            )
        return self._voice

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Load the voice while the pipeline's other processors set themselves up."""
        await super().setup(setup)
        await self.load()

    async def cleanup(self) -> None:
        """Close the voice if it is nobody else's."""
        await super().cleanup()
        if self._owns_models:
            await self._models.aclose()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Forget what was to be played when it is interrupted."""
        if isinstance(frame, InterruptionFrame):
            self._playhead.clear()
            self._context_starts.clear()
        await super().process_frame(frame, direction)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield the speech of one sentence, its words timed from the context's first audio."""
        voice = await self.load()
        await self.start_tts_usage_metrics(text)
        cancellation = Cancellation()
        pieces = voice.speak(
            text, speed=assert_given(self._settings.speed), cancellation=cancellation
        )
        offset: float | None = None
        try:
            while (piece := await asyncio.to_thread(_next, pieces)) is not None:
                if offset is None:
                    offset = self._offset(context_id)
                words = [(word, offset + seconds) for word, seconds in piece.words]
                await self.add_word_timestamps(words, context_id)
                if piece.pcm:
                    await self.stop_ttfb_metrics()
                    yield await self._audio(piece.pcm, voice.sample_rate, context_id)
        except Cancelled:
            logger.debug(f"{self}: speech cancelled")
        except Exception as error:  # noqa: BLE001 - a sentence that fails must not end the call
            yield ErrorFrame(error=f"Piper could not speak: {error}")
        finally:
            cancellation.cancel()
            await self.stop_ttfb_metrics()

    async def start_word_timestamps(self) -> None:
        """Start the words of a context when its audio is heard, not when it is handed over.

        Speech queued behind other speech is handed over long before: Pipecat's own baseline
        would count its words as spoken while the earlier speech is still being heard.
        """
        context_id = self.get_active_audio_context_id()
        now = self.get_clock().get_time()
        start = self._context_starts.get(context_id, now) if context_id else now
        for cached in self._word_timestamp_tracker.start(start):
            await self._add_word_timestamps(
                [(cached.word, cached.timestamp)],
                cached.context_id,
                includes_inter_frame_spaces=cached.includes_inter_frame_spaces,
            )

    async def on_audio_context_completed(self, context_id: str) -> None:
        """Forget when the context began."""
        await super().on_audio_context_completed(context_id)
        self._context_starts.pop(context_id, None)

    def _offset(self, context_id: str) -> float:
        """Seconds from the first audio of the context to the audio that comes now."""
        start = self._playhead.next_start(self.get_clock().get_time())
        return (start - self._context_starts.setdefault(context_id, start)) / 1e9

    async def _audio(self, pcm: bytes, sample_rate: int, context_id: str) -> TTSAudioRawFrame:
        self._playhead.add(len(pcm) / 2 / sample_rate, self.get_clock().get_time())
        if sample_rate != self.sample_rate:
            pcm = await self._resampler.resample(pcm, sample_rate, self.sample_rate)
        return TTSAudioRawFrame(pcm, self.sample_rate, 1, context_id=context_id)

    async def _update_settings(self, delta: TTSSettings) -> dict[str, Any]:
        changed = await super()._update_settings(delta)
        unhandled = {name: old for name, old in changed.items() if name != "speed"}
        if unhandled:
            self._warn_unhandled_updated_settings(unhandled)
        return changed


def _next(pieces: Iterator[SpokenPiece]) -> SpokenPiece | None:
    return next(pieces, None)
