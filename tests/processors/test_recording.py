"""The recording: the user on the left, the bot on the right, and never the end of a call."""

from __future__ import annotations

import os
import stat
import struct
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

    def __init__(self, path, **clocks):
        self.path, self.losses = path, []
        self.recording = CallRecording(path, self._lose, clock=lambda: 1000.0, **clocks)

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


async def test_a_loop_that_was_held_up_makes_the_recording_no_longer(tmp_path):
    """Two seconds and a half of the microphone come at once; the bot speaks after that."""
    ticks = iter([0.1, 0.1, *[2.6] * 25, 2.7, 2.7, 2.8])
    recorded = Recorded(tmp_path / "audio.wav", ticks=lambda: next(ticks))
    spoken = [audio(InputAudioRawFrame, level) for level in range(1, 28)]
    path = await recorded.of(
        *spoken, audio(OutputAudioRawFrame, BOT), audio(InputAudioRawFrame, USER)
    )
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    tenth = RATE // 10
    assert len(sound) == 28 * tenth
    assert sound[::tenth, 0].tolist() == [*range(1, 28), USER]
    assert sound[::tenth, 1].tolist() == [0] * 27 + [BOT]


async def test_a_long_call_is_written_while_it_goes_on(tmp_path):
    ticks = iter([0.1, *(number / 10 for number in range(1, 101))])
    recorded = Recorded(tmp_path / "audio.wav", ticks=lambda: next(ticks))
    sizes = []
    write = recorded.recording._write
    recorded.recording._write = lambda sound: (sizes.append(len(sound) // 4), write(sound))
    path = await recorded.of(*[audio(InputAudioRawFrame, USER) for _ in range(100)])
    assert len(sizes) == 4  # after 6, 8 and 10 seconds, and at the end
    with wave.open(str(path)) as file:
        assert file.getnframes() == sum(sizes) == 10 * RATE


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

    monkeypatch.setattr(wave.Wave_write, "close", full)
    assert await recorded.of(audio(InputAudioRawFrame, USER)) == recorded.path
    monkeypatch.undo()
    assert recorded.losses == [("recording", f"{recorded.path}: {os.strerror(28)}")]


async def test_a_call_longer_than_a_wav_file_can_say_is_counted(recorded, monkeypatch):
    """The sizes in the header have 32 bits; what does not fit must not cost the report."""

    def too_long(self: wave.Wave_write, _: bytes) -> None:
        struct.pack("<L", 2**32)

    monkeypatch.setattr(wave.Wave_write, "writeframes", too_long)
    await recorded.of(audio(InputAudioRawFrame, USER), SleepFrame(sleep=0.1))
    assert [part for part, _ in recorded.losses] == ["recording"]
