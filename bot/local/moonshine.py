"""Embedded speech to text: Moonshine's streaming transcriber."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.local.installed import LocalProviderError
from bot.local.recognizer import SAMPLE_RATE, Recognizer, Utterance
from bot.models import Models

# The VAD tells of speech after it has begun (0.2 s) and its frame may wait a little; what came
# before is kept for that.
_PREROLL_SECONDS = 0.8
_INTERIM_SECONDS = 0.5
# From the end of speech: the VAD's 0.2 s and a slow machine's transcription of a long sentence.
_TTFS_P99_SECONDS = 0.7
_BYTES_PER_SECOND = 2 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class _Piece:
    audio: bytes
    ends: bool


class MoonshineStreamingSTTService(STTService):
    """Transcribes with Moonshine in this process: no key, no network. English only.

    An utterance is what the pipeline's VAD takes for one: it is transcribed about every half
    second while it lasts (interim transcripts, when the words have changed) and once more as a
    whole when it ends (one final transcript, marked ``finalized``, or none if there were no
    words in it). A turn of several utterances has several finals.

    Needs a VAD in the pipeline, as each of Pipecat's segmented services does.

    Args:
        models: The process's models; None to own one's own.
        model_dir: A folder with a Moonshine model; None for the one in the ``local`` extra.
        settings: ``model`` is the architecture of what is in ``model_dir``, "tiny" by default.
        **kwargs: See Pipecat's ``STTService``.

    Raises:
        MissingExtraError: On ``setup()``, if the ``local`` extra is not installed.
        BadModelError: On ``setup()``, if ``model_dir`` holds no such model.
        LocalProviderError: If a language other than English is asked for.
    """

    Settings = STTSettings

    def __init__(
        self,
        *,
        models: Models | None = None,
        model_dir: str | None = None,
        settings: STTSettings | None = None,
        **kwargs: Any,
    ) -> None:
        merged = self.Settings(model="tiny", language=Language.EN)
        if settings is not None:
            merged.apply_update(settings)
        if not str(merged.language).startswith("en"):
            raise LocalProviderError(
                f"the embedded recogniser knows no language {merged.language!s}: "
                "set language to en, or use another stt provider"
            )
        kwargs.setdefault("ttfs_p99_latency", _TTFS_P99_SECONDS)
        super().__init__(sample_rate=SAMPLE_RATE, settings=merged, **kwargs)
        self._models = models or Models()
        self._owns_models = models is None
        self._model_dir = model_dir
        self._recognizer: Recognizer | None = None
        # Audio not handed to the worker yet: the last moments while nobody speaks, then what has
        # come in since the last piece, of which the preroll does not count towards the next.
        self._audio = bytearray()
        self._preroll = 0
        self._listening = False
        self._pieces: asyncio.Queue[_Piece | None] = asyncio.Queue()
        self._utterance: Utterance | None = None
        self._said = ""
        self._worker: asyncio.Task[None] | None = None

    def can_generate_metrics(self) -> bool:
        """Say that this service measures itself."""
        return True

    async def load(self) -> Recognizer:
        """Load the model, unless it is there already."""
        if self._recognizer is None:
            folder, model = self._model_dir, str(self._settings.model)
            self._recognizer = await self._models.get(
                ("moonshine", folder, model),
                lambda: Recognizer.load(folder, model),
                name=f"speech recogniser {model}",
            )
        return self._recognizer

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Load the model while the pipeline's other processors set themselves up."""
        await super().setup(setup)
        await self.load()

    async def start(self, frame: StartFrame) -> None:
        """Begin to listen."""
        await super().start(frame)
        self._worker = self.create_task(self._work(), name="moonshine")

    async def stop(self, frame: EndFrame) -> None:
        """Transcribe what has been said so far, then stop."""
        self._end_utterance()
        if self._worker is not None:
            self._pieces.put_nowait(None)
            await self._worker
            self._worker = None
        await super().stop(frame)

    async def cancel(self, frame: CancelFrame) -> None:
        """Stop at once, dropping what has not been transcribed."""
        await self._end_worker()
        await super().cancel(frame)

    async def cleanup(self) -> None:
        """Stop, and free the model if it is nobody else's."""
        await self._end_worker()
        await super().cleanup()
        if self._owns_models:
            await self._models.aclose()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Open and close utterances as the VAD says."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame) and not self._listening:
            self._listening = True
            self._preroll = len(self._audio)
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._end_utterance()

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Take audio; the transcripts are pushed when they are ready."""
        self._audio += audio
        if not self._listening:
            del self._audio[: -int(_PREROLL_SECONDS * _BYTES_PER_SECOND)]
        elif len(self._audio) - self._preroll >= _INTERIM_SECONDS * _BYTES_PER_SECOND:
            self._hand_over(ends=False)
        yield None

    async def _update_settings(self, delta: STTSettings) -> dict[str, Any]:
        changed = await super()._update_settings(delta)
        self._warn_unhandled_updated_settings(changed)  # another model is another load
        return changed

    def _end_utterance(self) -> None:
        if self._listening:
            self._listening = False
            self._hand_over(ends=True)

    def _hand_over(self, *, ends: bool) -> None:
        self._pieces.put_nowait(_Piece(bytes(self._audio), ends))
        self._audio.clear()
        self._preroll = 0

    async def _work(self) -> None:
        while (piece := await self._pieces.get()) is not None:
            piece = self._with_what_waits(piece)
            try:
                text = await asyncio.to_thread(self._transcribe, piece)
            except Exception as error:  # noqa: BLE001 - the call goes on without this utterance
                self._utterance = None
                await self.push_error(f"Moonshine lost an utterance: {error}", exception=error)
                continue
            await self._push(text, final=piece.ends)

    def _with_what_waits(self, piece: _Piece) -> _Piece:
        """Join what came in while the last piece was transcribed: no interim is worth a delay."""
        while not piece.ends and not self._pieces.empty():
            after = self._pieces.get_nowait()
            if after is None:
                self._pieces.put_nowait(None)
                break
            piece = _Piece(piece.audio + after.audio, after.ends)
        return piece

    def _transcribe(self, piece: _Piece) -> str:
        assert self._recognizer is not None  # load() has run in setup()
        if self._utterance is None:
            self._utterance = self._recognizer.utterance()
        utterance = self._utterance
        utterance.hear(piece.audio)
        if not piece.ends:
            return utterance.so_far()
        self._utterance = None
        return utterance.finish()

    async def _push(self, text: str, *, final: bool) -> None:
        changed, self._said = text != self._said, "" if final else text
        now = time_now_iso8601()
        if text and final:
            await self.emit_stt_usage_metrics()
            await self.push_frame(
                TranscriptionFrame(text, self._user_id, now, Language.EN, finalized=True)
            )
        elif text and changed:
            await self.push_frame(InterimTranscriptionFrame(text, self._user_id, now, Language.EN))

    async def _end_worker(self) -> None:
        if self._worker is not None:
            await self.cancel_task(self._worker)
            self._worker = None
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            await asyncio.to_thread(utterance.abandon)
