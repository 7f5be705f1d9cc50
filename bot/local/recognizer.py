"""Moonshine's streaming transcriber, with what is shared and what belongs to one call apart."""

import threading
from pathlib import Path
from typing import Any, Protocol, Self, cast

import numpy as np

from bot.local.installed import LocalProviderError, load_library

SAMPLE_RATE = 16000
"""Hz of the audio that Moonshine takes."""

# The weights inside the moonshine-voice wheel; other languages and sizes are downloads.
_BUNDLED = "tiny-en"
# Moonshine's own VAD only has to find the words in what our VAD took for speech, so it may be
# lenient; it still gives nothing for noise.
_OPTIONS = {"vad_threshold": "0.3"}
# The model garbles a last word that ends with the audio; it needs some silence after it.
_TRAILING_SILENCE_SECONDS = 0.3


class BadModelError(LocalProviderError):
    """The model folder is missing or holds no model of the kind."""


class _Line(Protocol):
    text: str
    start_time: float
    duration: float
    is_complete: bool


class _Transcript(Protocol):
    lines: list[_Line]


class _Stream(Protocol):
    def start(self) -> None: ...
    def add_audio(self, audio_data: list[float], sample_rate: int) -> None: ...
    def update_transcription(self, flags: int) -> _Transcript: ...
    def close(self) -> None: ...


class _Transcriber(Protocol):
    def create_stream(self, update_interval: float) -> _Stream: ...
    def transcribe_without_streaming(
        self, audio_data: list[float], sample_rate: int
    ) -> _Transcript: ...
    def close(self) -> None: ...


class Recognizer:
    """A loaded model, shared by the calls of a process."""

    def __init__(self, transcriber: _Transcriber) -> None:
        self._transcriber = transcriber
        self._lock = threading.Lock()

    @classmethod
    def load(cls, model_dir: Path | str | None = None, model: str = "tiny") -> Self:
        """Load a model and have it hear a moment of silence.

        Args:
            model_dir: A folder with a Moonshine model; None for the one in the ``local`` extra.
            model: Its architecture, in Moonshine's names ("tiny", "base-streaming", …).

        Raises:
            MissingExtraError: If the ``local`` extra is not installed.
            BadModelError: If the folder holds no such model.
        """
        library: Any = load_library("moonshine_voice")
        folder = Path(model_dir) if model_dir else Path(library.get_assets_path()) / _BUNDLED
        if not folder.is_dir():
            raise BadModelError(
                f"{folder} is no folder: model_dir is a folder with a Moonshine model, and "
                "moonshine-voice==0.1.0 is the version that brings one along"
            )
        try:
            architecture = library.string_to_model_arch(model)
            transcriber = library.Transcriber(folder, architecture, options=_OPTIONS)
        except (library.MoonshineError, ValueError) as error:
            raise BadModelError(
                f"Moonshine cannot load {folder} as {model!r} ({error}): "
                "settings.model names the architecture of the model in model_dir"
            ) from error
        recognizer = cls(cast(_Transcriber, transcriber))
        warm_up = recognizer.utterance()
        warm_up.hear(bytes(SAMPLE_RATE))
        warm_up.finish()
        return recognizer

    def utterance(self) -> "Utterance":
        """Begin to listen to somebody; finish or abandon it."""
        with self._lock:
            # The caller decides when to transcribe: an interval that never passes.
            stream = self._transcriber.create_stream(float("inf"))
            stream.start()
        return Utterance(self._transcriber, stream, self._lock)

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._transcriber.close()


class Utterance:
    """What one person says, from where the VAD hears it begin to where it hears it end.

    While it lasts a stream transcribes it, which computes only what is new. At its end the stream
    would keep what it had made of a last word half heard; so everything since the last line that
    the stream has completed (every ten seconds or so) is transcribed once more, as a whole.

    The methods block while they compute; utterances of several calls take turns.
    """

    def __init__(self, transcriber: _Transcriber, stream: _Stream, lock: threading.Lock) -> None:
        self._transcriber = transcriber
        self._stream = stream
        self._lock = lock
        self._over = False
        self._pcm = bytearray()
        self._completed = ""
        self._completed_seconds = 0.0

    def hear(self, pcm: bytes) -> None:
        """Take mono s16le audio at 16 kHz."""
        with self._lock:
            if self._over:  # abandoned while its thread was on the way here
                return
            self._pcm += pcm
            self._stream.add_audio(_samples(pcm), SAMPLE_RATE)

    def so_far(self) -> str:
        """Transcribe what has been heard; the end of it may still change."""
        with self._lock:
            if self._over:
                return ""
            lines = self._stream.update_transcription(0).lines
        completed = [line for line in lines if line.is_complete]
        if completed:
            self._completed = _text(completed)
            self._completed_seconds = completed[-1].start_time + completed[-1].duration
        return _text(lines)

    def finish(self) -> str:
        """Transcribe all of it; empty if there were no words in it."""
        begin = 2 * int(self._completed_seconds * SAMPLE_RATE)
        silence = bytes(2 * int(_TRAILING_SILENCE_SECONDS * SAMPLE_RATE))
        with self._lock:
            if self._over:
                return ""
            self._over = True
            self._stream.close()
            rest = self._transcriber.transcribe_without_streaming(
                _samples(bytes(self._pcm[begin:]) + silence), SAMPLE_RATE
            )
        return " ".join(filter(None, (self._completed, _text(rest.lines))))

    def abandon(self) -> None:
        """Drop it, untranscribed."""
        with self._lock:
            if not self._over:
                self._over = True
                self._stream.close()


def _samples(pcm: bytes) -> list[float]:
    return (np.frombuffer(pcm, "<i2").astype(np.float32) / 32768).tolist()


def _text(lines: list[_Line]) -> str:
    # The model opens a quotation now and then that nobody spoke.
    texts = (line.text.strip(" \"'") for line in lines)
    return " ".join(text for text in texts if text)
