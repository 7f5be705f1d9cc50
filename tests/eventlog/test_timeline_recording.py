"""The recording of a report: found only beside it, and how loud it is over time."""

import base64
import os
import wave

import numpy as np
import pytest

from eventlog.reader import Origin
from eventlog.timeline.recording import MOST_PEAKS, UnreadableSoundError, peaks, recording_of
from eventlog.view import View

RATE = 16_000


def found(folder, named, started=1.0):
    data = {"audio_recording_path": named, "audio_recording_started_at": started}
    recording = recording_of(View.of(data, Origin.PARLEY), folder)
    return recording.path if recording else None


def write_wav(path, samples, channels=1, rate=RATE):
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return path


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "a1").mkdir(parents=True)
    for place in ("audio.wav", "a1/audio.wav", "../outside.wav", "notes.txt"):
        (folder / place).write_bytes(b"x")
    return folder.resolve()


def test_a_recording_is_found_beside_its_report_and_below(home):
    assert found(home, "audio.wav") == home / "audio.wav"
    assert found(home, "a1/audio.wav") == home / "a1/audio.wav"
    assert found(home, str(home / "a1/audio.wav")) == home / "a1/audio.wav"


def test_a_folder_that_was_moved_keeps_its_recording(home):
    assert found(home, "/where/it/was/audio.wav") == home / "audio.wav"


def test_nothing_outside_of_the_folder_is_a_recording(home):
    assert found(home, "../outside.wav") is None
    assert found(home, str(home.parent / "outside.wav")) is None
    (home / "link.wav").symlink_to(home.parent / "outside.wav")
    assert found(home, "link.wav") is None


@pytest.mark.parametrize(
    "named", ["notes.txt", "", None, 7, "a\0.wav", "missing.wav", "a1", "x" * 999]
)
def test_what_is_no_sound_is_no_recording(home, named):
    assert found(home, named) is None


def test_a_pipe_is_no_recording(home):
    os.mkfifo(home / "pipe.wav")
    assert found(home, "pipe.wav") is None


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
