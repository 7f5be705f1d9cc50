"""The user's side of the line: a clock, and audio in which a frame says whose speech it is.

The frames come in real time, as from a microphone. Every sample of a frame is the number of the
utterance that sounds in it (from 1), or 0 for silence: so the fakes that listen need no signal
processing, yet hear only what the session lets through to them.
"""

import asyncio
import time
from collections.abc import Sequence

from livekit import rtc
from livekit.agents.voice.io import AudioInput
from script import Utterance

FRAME_SECONDS = 0.05
SAMPLE_RATE = 16000
SAMPLES = int(SAMPLE_RATE * FRAME_SECONDS)


class Clock:
    """The time of the call, which starts when the session is ready to hear."""

    def __init__(self) -> None:
        self._started: float | None = None

    def start(self) -> None:
        self._started = time.perf_counter()

    def now(self) -> float:
        return 0.0 if self._started is None else time.perf_counter() - self._started

    async def until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


def utterance_of(frame: rtc.AudioFrame) -> int:
    """The number of the utterance that a frame belongs to; 0 if it is silent."""
    return frame.data[0]


class FakeAudioInput(AudioInput):
    """Gives a frame whenever its time has passed."""

    def __init__(self, speech: Sequence[Utterance], clock: Clock) -> None:
        super().__init__(label="FakeAudioInput")
        self._speech = speech
        self._clock = clock
        self._given = 0

    async def __anext__(self) -> rtc.AudioFrame:
        begin = self._given * FRAME_SECONDS
        self._given += 1
        await self._clock.until(begin + FRAME_SECONDS)
        number = self._sounding(begin + FRAME_SECONDS / 2)
        return rtc.AudioFrame(
            data=number.to_bytes(2, "little") * SAMPLES,
            sample_rate=SAMPLE_RATE,
            num_channels=1,
            samples_per_channel=SAMPLES,
        )

    def _sounding(self, at: float) -> int:
        for number, speech in enumerate(self._speech, start=1):
            if speech.start <= at < speech.end:
                return number
        return 0
