"""The recording of a report is found only beside it."""

import os

import pytest

from eventlog.reader import Origin
from eventlog.timeline.recording import recording_of
from eventlog.view import View


def found(folder, named, started=1.0):
    data = {"audio_recording_path": named, "audio_recording_started_at": started}
    recording = recording_of(View.of(data, Origin.PARLEY), folder)
    return recording.path if recording else None


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
