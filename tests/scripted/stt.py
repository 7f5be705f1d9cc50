"""Speech to text that hears when somebody speaks and knows beforehand what is said."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from loguru import logger
from pipecat.frames.frames import Frame, InterimTranscriptionFrame, TranscriptionFrame
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from tests.scripted.script import ScriptError, check_keys, sleep_until
from tests.scripted.speech import is_audible

_UTTERANCE_KEYS = {"text", "interims", "final_after", "confidence", "language", "speaker"}
_INTERIM_KEYS = {"text", "after", "after_start"}


@dataclass
class HeardSpeech:
    """One stretch of sound as the service heard it, in seconds of `time.monotonic()`."""

    started: float
    ended: float | None = None


class ScriptedSTT(STTService):
    """Answers the n-th stretch of sound with the n-th utterance of the script.

    Args:
        utterances: Mappings with `text` (empty: no transcript, as for a cough), `final_after`
            (seconds from the end of the sound to the final transcript, 0.1 when left out),
            `interims` (each `text` with `after` seconds from the end, or `after_start` seconds
            from the beginning), and optionally `confidence`, `language` and `speaker`.
        gap: Silence, in seconds, that ends a stretch; nothing can be sent sooner after its end.
        threshold: Root mean square from which 10 ms count as sound.
        language: The service's language, for utterances that name none.
        send_language: Whether frames carry the service's language too; several services
            leave it out unless they detect it.
        settings: A delta over the default settings.

    Attributes:
        heard: The stretches of sound, oldest first.

    Raises:
        ScriptError: If the script has an unknown key or a time that cannot be kept.
    """

    Settings = STTSettings

    def __init__(
        self,
        utterances: Sequence[Mapping[str, Any]] = (),
        *,
        gap: float = 0.04,
        threshold: float = 500.0,
        language: str = "en",
        send_language: bool = True,
        settings: STTSettings | None = None,
        ttfs_p99_latency: float = 0.35,
        **kwargs: Any,
    ) -> None:
        defaults = STTSettings(model="scripted-stt", language=Language(language))
        if settings is not None:
            defaults.apply_update(settings)
        super().__init__(settings=defaults, ttfs_p99_latency=ttfs_p99_latency, **kwargs)
        for utterance in utterances:
            _check(utterance)
        self.heard: list[HeardSpeech] = []
        self._utterances = list(utterances)
        self._gap = gap
        self._threshold = threshold
        self._send_language = send_language
        self._speaking = False
        self._last_sound = 0.0
        self._window = b""
        self._sending: set[asyncio.Task[None]] = set()

    def can_generate_metrics(self) -> bool:
        return True

    async def cleanup(self) -> None:
        for task in list(self._sending):
            await self.cancel_task(task)
        await super().cleanup()

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Follow the sound in windows of 10 ms, dated back from the frame's arrival."""
        self._window += audio
        arrived = time.monotonic()
        size = self.sample_rate // 100 * 2
        while len(self._window) >= size:
            window, self._window = self._window[:size], self._window[size:]
            end = arrived - len(self._window) / 2 / self.sample_rate
            self._hear(is_audible(window, self._threshold), end)
        yield None

    def _hear(self, sound: bool, window_end: float) -> None:
        if sound:
            if not self._speaking:
                self._begin(window_end - 0.01)
            self._last_sound = window_end
        elif self._speaking and window_end - self._last_sound >= self._gap:
            self._end()

    def _begin(self, moment: float) -> None:
        self._speaking = True
        self.heard.append(HeardSpeech(moment))
        for interim in self._current().get("interims", ()):
            if "after_start" in interim:
                self._send(moment + interim["after_start"], interim["text"], final=False)

    def _end(self) -> None:
        self._speaking = False
        self.heard[-1].ended = self._last_sound
        utterance = self._current()
        for interim in utterance.get("interims", ()):
            if "after" in interim:
                self._send(self._last_sound + interim["after"], interim["text"], final=False)
        if utterance["text"]:
            final_after = utterance.get("final_after", 0.1)
            self._send(self._last_sound + final_after, utterance["text"], final=True)

    def _current(self) -> Mapping[str, Any]:
        index = len(self.heard) - 1
        if index < len(self._utterances):
            return self._utterances[index]
        logger.warning(f"{self}: speech no. {index + 1} is not in the script, so it gets no text")
        return {"text": ""}

    def _send(self, moment: float, text: str, *, final: bool) -> None:
        task = self.create_task(self._transcribe(moment, text, self._current(), final=final))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _transcribe(
        self, moment: float, text: str, utterance: Mapping[str, Any], *, final: bool
    ) -> None:
        await sleep_until(moment)
        named = utterance.get("language")
        language = Language(named) if named else None
        if language is None and self._send_language:
            language = Language(self._settings.language)
        stamp, result = time_now_iso8601(), _result(text, utterance, final=final)
        if not final:
            await self.push_frame(
                InterimTranscriptionFrame(text, self._user_id, stamp, language, result=result)
            )
            return
        await self.emit_stt_usage_metrics()
        await self.push_frame(
            TranscriptionFrame(text, self._user_id, stamp, language, result=result, finalized=True)
        )


def _result(text: str, utterance: Mapping[str, Any], *, final: bool) -> SimpleNamespace:
    """The provider's own result in the shape of Deepgram's, where confidence and speaker live."""
    confidence = utterance.get("confidence", 1.0)
    words = [
        SimpleNamespace(word=word, confidence=confidence, speaker=utterance.get("speaker"))
        for word in text.split()
    ]
    alternative = SimpleNamespace(transcript=text, confidence=confidence, words=words)
    channel = SimpleNamespace(alternatives=[alternative])
    return SimpleNamespace(channel=channel, is_final=final)


def _check(utterance: Mapping[str, Any]) -> None:
    check_keys(utterance, _UTTERANCE_KEYS, f"The utterance {utterance.get('text')!r}")
    if "text" not in utterance:
        raise ScriptError("An utterance has no text: give `text`, empty for a mere noise.")
    for interim in utterance.get("interims", ()):
        check_keys(interim, _INTERIM_KEYS, f"An interim of {utterance['text']!r}")
        if interim.get("after", 0) < 0:
            raise ScriptError(
                f"An interim of {utterance['text']!r} comes before the end of a speech whose "
                "length nobody knows yet: give `after_start` instead of a negative `after`."
            )
        if ("after" in interim) == ("after_start" in interim):
            raise ScriptError(
                f"An interim of {utterance['text']!r} needs one of `after` and `after_start`."
            )
