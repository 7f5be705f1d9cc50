"""The far end's loudspeaker: what of the bot's audio was really audible, and when."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.memory.clock import LineClock

SLICE_SECONDS = 0.01
# As the buffer of a sound device hides it when the event loop is late, a delay up to this is made
# up for; a longer one is a gap.
BUFFER_SECONDS = 0.1
# When the next audio was not there in time, on the other hand, the gap is real.
IDLE_SECONDS = 0.02
_BYTES_PER_SAMPLE = 2


@dataclass(frozen=True)
class PlayedAudio:
    """A slice of audio that left the loudspeaker.

    Attributes:
        at: Epoch seconds at which its first sample was audible.
        pcm: Mono s16le at the output's rate, 10 ms or, at the end of a write, less.
    """

    at: float
    pcm: bytes


class Playout:
    """Plays audio in slices of 10 ms by a clock without drift, so that it can stop at once."""

    def __init__(self, clock: LineClock, audible: Callable[[PlayedAudio], None]) -> None:
        self._clock = clock
        self._audible = audible
        self._free_at = float("-inf")
        self._idle_since = float("-inf")
        self._interruptions = 0
        self._emptying = 0
        self._turn = asyncio.Lock()

    @contextmanager
    def interruption(self) -> Generator[None]:
        """Stop interruptible audio now, and refuse more of it until the caller's queue is empty.

        The pipeline empties its queue a few steps after the interruption reaches the output; in
        between, the next stale chunk would otherwise be written.
        """
        self._interruptions += 1
        self._emptying += 1
        try:
            yield
        finally:
            self._emptying -= 1

    async def play(self, pcm: bytes, sample_rate: int, *, interruptible: bool) -> int:
        """Play mono s16le audio and return when its last sample has been audible.

        Returns:
            How many bytes were played: fewer than given when an interruption came.
        """
        slice_bytes = round(sample_rate * SLICE_SECONDS) * _BYTES_PER_SAMPLE
        async with self._turn:
            if interruptible and self._emptying:
                return 0
            interruptions = self._interruptions
            for start in range(0, len(pcm), slice_bytes):
                if interruptible and self._interruptions != interruptions:
                    return start
                await self._play_slice(pcm[start : start + slice_bytes], sample_rate)
        return len(pcm)

    async def _play_slice(self, pcm: bytes, sample_rate: int) -> None:
        now = self._clock.now()
        if now - self._free_at > BUFFER_SECONDS or now - self._idle_since > IDLE_SECONDS:
            self._free_at = now
        begins = self._free_at
        self._free_at += len(pcm) / _BYTES_PER_SAMPLE / sample_rate
        self._audible(PlayedAudio(self._clock.wall(begins), pcm))
        await self._clock.sleep_until(self._free_at)
        self._idle_since = self._clock.now()
