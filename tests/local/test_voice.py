"""The voice speaks piece by piece and knows its words."""

from pathlib import Path

import numpy as np
import pytest

from bot.local import installed
from bot.local.caller_voice import synthesize
from bot.local.voice import (
    BadVoiceError,
    Cancellation,
    Cancelled,
    Voice,
)

pytestmark = pytest.mark.models

TEXT = "I have 42 apples, one of the best kinds. Dr. Smith - who isn't here - likes them!"


def test_every_word_is_given_once_in_order_with_times_within_the_audio(voice: Voice) -> None:
    pieces = list(voice.speak(TEXT))
    words = [word for piece in pieces for word, _ in piece.words]
    times = [seconds for piece in pieces for _, seconds in piece.words]
    seconds = sum(len(piece.pcm) for piece in pieces) / 2 / voice.sample_rate
    assert words == TEXT.split()
    assert times == sorted(times)
    assert 0 <= times[0] < 0.5
    assert seconds - 1.5 < times[-1] < seconds


def test_a_word_comes_with_the_piece_of_audio_in_which_it_begins(voice: Voice) -> None:
    spoken = 0.0
    for piece in voice.speak("Python is a language that many people like to write."):
        begin, spoken = spoken, spoken + len(piece.pcm) / 2 / voice.sample_rate
        assert all(begin <= seconds < spoken for _, seconds in piece.words)
    assert spoken > 1.0


def test_the_pieces_join_without_a_seam(voice: Voice) -> None:
    (phonemes,) = voice._phonemizer.phonemize("Python is a language that many people like.")
    latent, _ = voice._encode(phonemes, 1.0, 1.0, Cancellation())
    streamed = np.frombuffer(b"".join(voice._decode(latent, Cancellation())), "<i2")
    whole = voice._decoder.run(None, {voice._border: latent}, None)[0].reshape(-1)
    expected = np.clip(whole * 1.4, -1, 1) * 32767
    assert len(streamed) == len(expected)
    assert np.abs(streamed - expected).max() < 33  # of 32767: inaudible


def test_cancelled_speech_is_not_computed_further(voice: Voice) -> None:
    cancellation = Cancellation()
    pieces = voice.speak("This is a long sentence. " * 20, cancellation=cancellation)
    assert next(pieces).pcm
    cancellation.cancel()
    with pytest.raises(Cancelled):
        next(pieces)


def test_a_simulated_caller_speaks_faster_or_higher_as_asked(voice: Voice) -> None:
    def seconds_and_pitch(speed: float, pitch: float) -> tuple[float, float]:
        pcm, rate = synthesize(
            "I want to know more about it.", speed=speed, pitch=pitch, voice=voice
        )
        samples = np.frombuffer(pcm, "<i2").astype(float)
        spectrum = np.abs(np.fft.rfft(samples)) ** 2
        hertz = np.fft.rfftfreq(len(samples), 1 / rate)
        voiced = (hertz > 60) & (hertz < 1000)
        return len(samples) / rate, float(np.average(hertz[voiced], weights=spectrum[voiced]))

    seconds, pitch = seconds_and_pitch(1.0, 1.0)
    assert seconds_and_pitch(1.6, 1.0)[0] < seconds * 0.8
    assert seconds_and_pitch(1.0, 1.5)[1] > pitch * 1.1
    assert seconds * 0.75 < seconds_and_pitch(1.0, 1.5)[0] < seconds * 1.3


def test_a_file_that_is_no_voice_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadVoiceError, match=r"nowhere\.onnx"):
        Voice.load(tmp_path / "nowhere.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"\xff" * 100)
    (tmp_path / "bad.onnx.json").write_text("{}")
    with pytest.raises(BadVoiceError, match="one speaker"):
        Voice.load(tmp_path / "bad.onnx")


def test_a_missing_library_names_the_extra_to_install() -> None:
    with pytest.raises(installed.MissingExtraError, match=r"uv pip install 'parley\[local\]'"):
        installed.load_library("no_such_library")
    with pytest.raises(installed.MissingExtraError, match=r"uv pip install 'parley\[local\]'"):
        installed.installed_file("no-such-package", ".onnx")


def test_a_caller_speaks_a_text_the_same_each_time(voice: Voice) -> None:
    once, again = (synthesize("Seven people came.", voice=voice) for _ in range(2))
    assert once == again
