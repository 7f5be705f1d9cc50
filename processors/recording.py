"""The recording of a call: the user on the left channel, the bot on the right.

Pipecat's `AudioBufferProcessor` lays each side down behind what it has of the other and fills what
it takes for gaps. On a busy machine, where sound comes late and then at once, that makes the
recording seconds longer than the call, and nothing of the log is found in it any more. Here each
piece lies where it belongs by the clock (`sound_track`), and the time of the first sample is told.
"""

from __future__ import annotations

import asyncio
import os
import struct
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pipecat.audio.utils import create_stream_resampler
from pipecat.frames.frames import AudioRawFrame, Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import RecordingStartedFrame
from processors.sound_track import SoundTrack

# The rate of the user's audio in Pipecat (PipelineParams.audio_in_sample_rate): the side that is
# always there is recorded as it is, and only the bot's speech is resampled.
_RATE = 16_000
_HELD = 4 * _RATE
"""Samples that are not written yet: so late may a piece of sound be."""
_CHUNK = 2 * _RATE
"""Samples between two writes."""
_UNWRITABLE = (OSError, struct.error)
"""A disk, or a call longer than a WAV file can say: 4 GiB, which is some 18 hours."""


class CallRecording(FrameProcessor):
    """Writes a call to a WAV file (s16le, stereo, 16 kHz, mode 0600).

    Args:
        path: The file to write.
        lose: Told what could not be written and why.
        clock: Wall clock in epoch seconds.
        ticks: A clock that is never set, in seconds.
    """

    def __init__(
        self,
        path: Path,
        lose: Callable[[str, str], None],
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        # It only looks at frames, so they need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._path = path
        self._lose = lose
        self._clock = clock
        self._ticks = ticks
        self._began: float | None = None  # ticks
        self._user, self._bot = SoundTrack(_RATE), SoundTrack(_RATE)
        self._resamplers = {side: create_stream_resampler() for side in (self._user, self._bot)}
        self._written = 0  # samples
        self._writing: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()
        self._file: wave.Wave_write | None = None
        self._failed = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Record audio; the first of it also says when the recording began."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame | OutputAudioRawFrame):
            if self._began is None:
                await self._begin(frame)
            await self._record(frame)
        await self.push_frame(frame, direction)

    async def finish(self) -> Path | None:
        """Write what is left, close the file and return it; None if nothing was recorded."""
        await asyncio.gather(*self._writing)
        await self._save(self._cut(max(self._user.end, self._bot.end)))
        async with self._lock:
            file, self._file = self._file, None
            if file is None:
                return None
            try:
                await asyncio.to_thread(file.close)
            except _UNWRITABLE as error:
                self._lose("recording", f"{self._path}: {_reason(error)}")
            return self._path

    async def _begin(self, frame: AudioRawFrame) -> None:
        """A user's sound has been made when it comes, the bot's is played from then on."""
        made = _seconds(frame) if isinstance(frame, InputAudioRawFrame) else 0.0
        self._began = self._ticks() - made
        started_at = self._clock() - made
        await self.push_frame(RecordingStartedFrame(path=str(self._path), started_at=started_at))

    async def _record(self, frame: AudioRawFrame) -> None:
        side = self._user if isinstance(frame, InputAudioRawFrame) else self._bot
        sound = await self._resamplers[side].resample(frame.audio, frame.sample_rate, _RATE)
        now = round((self._ticks() - (self._began or 0.0)) * _RATE)
        if side is self._user:
            side.put(sound, now - len(sound) // 2)
            side.take_back(now)  # a microphone is never ahead of the time
        else:
            side.put(sound, now)
        if now - _HELD - self._written >= _CHUNK:
            task = asyncio.create_task(self._save(self._cut(now - _HELD)))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    def _cut(self, until: int) -> bytes:
        """Both sides up to a sample, left and right in turn."""
        self._written = max(until, self._written)
        sides = [np.frombuffer(side.cut(until), dtype="<i2") for side in (self._user, self._bot)]
        return np.column_stack(sides).tobytes()

    async def _save(self, sound: bytes) -> None:
        async with self._lock:
            if self._failed or not sound:
                return
            try:
                await asyncio.to_thread(self._write, sound)
            except _UNWRITABLE as error:
                self._failed = True
                self._lose("recording", f"{self._path}: {_reason(error)}")

    def _write(self, sound: bytes) -> None:
        if self._file is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = wave.Wave_write(os.fdopen(handle, "wb"))
            self._file.setnchannels(2)
            self._file.setsampwidth(2)
            self._file.setframerate(_RATE)
        # Also mends the header, so that the file of a killed call can be played.
        self._file.writeframes(sound)


def _seconds(frame: AudioRawFrame) -> float:
    return frame.num_frames / frame.sample_rate


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
