"""The recording of a call: the user on the left channel, the bot on the right.

Pipecat's buffer aligns the two sides; what is added here is the time of the first sample, which
makes a moment of the log findable in the sound.
"""

from __future__ import annotations

import asyncio
import os
import time
import wave
from collections.abc import Callable
from pathlib import Path

from pipecat.frames.frames import AudioRawFrame, Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.processors.audio.audio_buffer_processor import AudioBufferProcessor
from pipecat.processors.frame_processor import FrameDirection

from processors.frames import RecordingStartedFrame

# The rate of the user's audio in Pipecat (PipelineParams.audio_in_sample_rate): the side that is
# always there is recorded as it is, and only the bot's speech is resampled.
_RATE = 16_000

# Bytes of one side between two writes: about four seconds of s16le.
_CHUNK = 4 * _RATE * 2


class CallRecording(AudioBufferProcessor):
    """Writes a call to a WAV file (s16le, stereo, 16 kHz, mode 0600).

    Args:
        path: The file to write.
        lose: Told what could not be written and why.
        clock: Wall clock in epoch seconds.
    """

    def __init__(
        self,
        path: Path,
        lose: Callable[[str, str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(
            sample_rate=_RATE,
            num_channels=2,
            buffer_size=_CHUNK,
            auto_start_recording=True,
            # It only looks at frames, so they need not wait in queues of its own.
            enable_direct_mode=True,
        )
        self._path = path
        self._lose = lose
        self._clock = clock
        self._started = False
        self._lock = asyncio.Lock()
        self._file: wave.Wave_write | None = None
        self._failed = False
        self.add_event_handler("on_audio_data", self._on_audio)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Record audio; the first of it also says when the recording began."""
        if not self._started and isinstance(frame, InputAudioRawFrame | OutputAudioRawFrame):
            self._started = True
            began = self._clock() - (
                _seconds(frame) if isinstance(frame, InputAudioRawFrame) else 0
            )
            await self.push_frame(RecordingStartedFrame(path=str(self._path), started_at=began))
        await super().process_frame(frame, direction)

    async def finish(self) -> Path | None:
        """Close the file and return it, None if nothing was recorded."""
        async with self._lock:
            file, self._file = self._file, None
            if file is None:
                return None
            try:
                await asyncio.to_thread(file.close)
            except OSError as error:
                self._lose("recording", f"{self._path}: {error.strerror}")
            return self._path

    async def _on_audio(
        self, processor: AudioBufferProcessor, audio: bytes, sample_rate: int, channels: int
    ) -> None:
        del processor
        async with self._lock:
            if self._failed or not audio:
                return
            try:
                await asyncio.to_thread(self._write, audio, sample_rate, channels)
            except OSError as error:
                self._failed = True
                self._lose("recording", f"{self._path}: {error.strerror}")

    def _write(self, audio: bytes, sample_rate: int, channels: int) -> None:
        if self._file is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = wave.Wave_write(os.fdopen(handle, "wb"))
            self._file.setnchannels(channels)
            self._file.setsampwidth(2)
            self._file.setframerate(sample_rate)
        # Also mends the header, so that the file of a killed call can be played.
        self._file.writeframes(audio)


def _seconds(frame: AudioRawFrame) -> float:
    return frame.num_frames / frame.sample_rate
