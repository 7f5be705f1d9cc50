"""The recording: the user on the left, the bot on the right, and never the end of a call."""

from __future__ import annotations

import os
import stat
import wave

import numpy as np
import pytest
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.worker import PipelineParams
from pipecat.tests.utils import SleepFrame, run_test

from processors.frames import RecordingStartedFrame
from processors.recording import CallRecording

RATE = 16_000
USER, BOT = 1000, -2000


def audio(kind, level, seconds=0.1):
    samples = np.full(round(RATE * seconds), level, dtype="<i2")
    return kind(audio=samples.tobytes(), sample_rate=RATE, num_channels=1)


class Recorded:
    """A recording of a few frames, and what was lost of it."""

    def __init__(self, path):
        self.path, self.losses = path, []
        self.recording = CallRecording(path, self._lose, clock=lambda: 1000.0)

    def _lose(self, part, detail):
        self.losses.append((part, detail))

    async def of(self, *frames):
        params = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
        down, _ = await run_test(self.recording, frames_to_send=frames, pipeline_params=params)
        self.started = [frame for frame in down if isinstance(frame, RecordingStartedFrame)]
        return await self.recording.finish()


@pytest.fixture
def recorded(tmp_path):
    return Recorded(tmp_path / "audio.wav")


async def test_the_user_is_left_and_the_bot_is_right(recorded):
    path = await recorded.of(
        audio(InputAudioRawFrame, USER), SleepFrame(0.05), audio(OutputAudioRawFrame, BOT)
    )
    assert path == recorded.path
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    assert {USER} <= set(sound[:, 0].tolist()) <= {0, USER}
    assert {BOT} <= set(sound[:, 1].tolist()) <= {0, BOT}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert recorded.losses == []


async def test_it_begins_with_the_first_sound_of_the_user_when_that_was_made(recorded):
    frame = audio(InputAudioRawFrame, USER, 0.25)
    await recorded.of(frame, audio(InputAudioRawFrame, USER))
    assert [(f.path, f.started_at) for f in recorded.started] == [(str(recorded.path), 999.75)]


async def test_it_begins_with_the_bots_first_sound_when_that_is_played(recorded):
    await recorded.of(audio(OutputAudioRawFrame, BOT, 0.25))
    assert [frame.started_at for frame in recorded.started] == [1000.0]


async def test_a_call_without_sound_leaves_no_file(recorded):
    assert await recorded.of() is None
    assert recorded.started == []
    assert not recorded.path.exists()


async def test_a_second_finish_has_nothing_to_close(recorded):
    assert await recorded.of(audio(InputAudioRawFrame, USER)) == recorded.path
    assert await recorded.recording.finish() is None


async def test_a_disk_that_fails_is_counted_once_and_the_call_goes_on(tmp_path):
    recorded = Recorded(tmp_path / "gone" / "audio.wav")
    frames = [audio(InputAudioRawFrame, USER, 3.0) for _ in range(3)]
    assert await recorded.of(*frames) is None
    ((part, why),) = recorded.losses
    assert part == "recording"
    assert why == f"{recorded.path}: No such file or directory"


async def test_a_file_that_cannot_be_closed_is_counted(recorded, monkeypatch):
    real = wave.Wave_write.close

    def full(self):
        real(self)
        raise OSError(28, "No space left on device")

    await recorded.recording._on_audio(recorded.recording, b"\0" * 8, RATE, 2)
    monkeypatch.setattr(wave.Wave_write, "close", full)
    assert await recorded.recording.finish() == recorded.path
    monkeypatch.undo()
    assert recorded.losses == [("recording", f"{recorded.path}: {os.strerror(28)}")]
