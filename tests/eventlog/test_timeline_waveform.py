"""How loud a recording is over time, whatever kind of file it is."""

import base64
import sys
import wave

import av
import numpy as np
import pytest

from eventlog.timeline.waveform import MOST_PEAKS, UnreadableSoundError, peaks

RATE = 16_000


def write_wav(path, samples, channels=1, rate=RATE):
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return path


def write_ogg(path, samples, rate=48_000):
    """As LiveKit's recorder does: Opus in Ogg, the user left and the agent right."""
    with av.open(str(path), "w", format="ogg") as target:
        stream = target.add_stream("libopus", rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(
            np.asarray(samples, dtype="<i2").reshape(1, -1), format="s16", layout="stereo"
        )
        frame.rate = rate
        target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def test_the_peaks_of_each_side_are_the_loudest_samples(tmp_path):
    silent, loud = np.zeros(RATE), np.full(RATE, -32768)
    sides = np.stack([np.concatenate([silent, loud]), np.concatenate([loud, silent])], axis=1)
    made = peaks(write_wav(tmp_path / "a.wav", sides.ravel(), channels=2))
    left, right = (np.frombuffer(base64.b64decode(side), np.uint8) for side in made["sides"])
    assert (made["step"], made["seconds"]) == (0.02, 2.0)
    assert left.tolist() == [0] * 50 + [255] * 50
    assert right.tolist() == [255] * 50 + [0] * 50


def test_the_peaks_of_a_long_call_are_no_more_than_a_page_can_show(tmp_path):
    made = peaks(write_wav(tmp_path / "a.wav", np.full(RATE * 600, 9000), rate=8000))
    side = np.frombuffer(base64.b64decode(made["sides"][0]), np.uint8)
    assert len(side) <= MOST_PEAKS
    assert len(side) * made["step"] == pytest.approx(made["seconds"], abs=made["step"])
    assert set(side.tolist()) == {9000 >> 7}


def test_an_empty_recording_has_no_peaks(tmp_path):
    assert peaks(write_wav(tmp_path / "a.wav", []))["sides"] == [""]


@pytest.mark.parametrize("raw", [b"", b"RIFF", b"not a sound at all", b"OggS" * 40])
def test_what_is_no_wav_says_so(tmp_path, raw):
    (tmp_path / "a.wav").write_bytes(raw)
    with pytest.raises(UnreadableSoundError, match=r"^a\.wav: "):
        peaks(tmp_path / "a.wav")


def test_an_ogg_has_the_peaks_of_its_sides_as_well(tmp_path):
    tone = 16_000 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    silent = np.zeros(48_000)
    sides = np.stack([np.concatenate([tone, silent]), np.concatenate([silent, tone])], axis=1)
    made = peaks(write_ogg(tmp_path / "audio.ogg", sides.ravel()))
    assert made["step"] == 0.02
    assert made["seconds"] == pytest.approx(2, abs=0.05)
    left, right = (np.frombuffer(base64.b64decode(side), np.uint8) for side in made["sides"])
    loud = 16_000 >> 7
    assert left[5:45].min() > 0.7 * loud > 0.2 * loud > left[55:95].max()
    assert right[55:95].min() > 0.7 * loud > 0.2 * loud > right[5:45].max()


@pytest.mark.parametrize("raw", [b"", b"OggS" * 40, b"not a sound at all"])
def test_what_is_no_ogg_says_so(tmp_path, raw):
    (tmp_path / "audio.ogg").write_bytes(raw)
    with pytest.raises(UnreadableSoundError, match=r"^audio\.ogg: "):
        peaks(tmp_path / "audio.ogg")


def test_without_pyav_the_page_has_its_sound_and_no_waveform(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "audio.ogg").write_bytes(b"OggS")
    with pytest.raises(UnreadableSoundError, match=r"^audio\.ogg: .*av"):
        peaks(tmp_path / "audio.ogg")
