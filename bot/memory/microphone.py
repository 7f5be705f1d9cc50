"""The far end's microphone: speech and silence as one unbroken stream."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pipecat.audio.resamplers.soxr_resampler import SOXRAudioResampler

from bot.memory.clock import LineClock
from bot.memory.errors import MemoryTransportError

FRAME_SECONDS = 0.02
_BYTES_PER_SAMPLE = 2


@dataclass(eq=False)
class Utterance:
    """One stretch of audio spoken at the far end, and when it really was spoken.

    The times are the ground truth that a report is checked against: a frame reaches the bot as
    soon as its last sample has been spoken, as from a real microphone.

    Attributes:
        pcm: Mono s16le audio.
        sample_rate: Rate of `pcm` in Hz.
        offset: Earliest start, in seconds after the far end joined.
        started_at: Epoch seconds at which the first sample was spoken; None before that.
        ended_at: Epoch seconds at which the last sample was spoken; None before that.
        cut_short: Whether the far end left, or the bot ended the call, before the last sample.
    """

    pcm: bytes
    sample_rate: int
    offset: float
    started_at: float | None = None
    ended_at: float | None = None
    cut_short: bool = False
    _started: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def started(self) -> None:
        """Wait until the first sample has been delivered, or the line is gone."""
        await self._started.wait()

    async def done(self) -> None:
        """Wait until the last sample has been delivered, or the line is gone."""
        await self._done.wait()

    def announce(self) -> None:
        """Wake whoever waits for what has happened so far."""
        if self.started_at is not None or self.cut_short:
            self._started.set()
        if self.ended_at is not None or self.cut_short:
            self._done.set()


@dataclass
class _Voice:
    """An utterance at the microphone's own rate; `begin` counts samples from the join."""

    utterance: Utterance
    begin: int
    audio: bytes
    read: int = 0

    def take(self, samples: int) -> bytes:
        piece = self.audio[self.read : self.read + samples * _BYTES_PER_SAMPLE]
        self.read += len(piece)
        return piece

    @property
    def is_over(self) -> bool:
        return self.read >= len(self.audio)


class Microphone:
    """Turns queued utterances into 20 ms frames without drift, with silence between them.

    Utterances never overlap: one that would begin inside another follows it without a gap.
    """

    def __init__(self, clock: LineClock) -> None:
        self._clock = clock
        self._opened: float | None = None
        self._waiting: list[Utterance] = []
        self._voices: list[_Voice] = []
        self._resampler = SOXRAudioResampler()

    def say(self, pcm: bytes, sample_rate: int, offset: float | None) -> Utterance:
        """Queue speech; see `FarEnd.speak` and `FarEnd.speak_at`."""
        if not pcm or len(pcm) % _BYTES_PER_SAMPLE:
            raise MemoryTransportError(
                f"The far end cannot speak {len(pcm)} bytes: give whole samples of mono s16le."
            )
        elapsed = 0.0 if self._opened is None else self._clock.now() - self._opened
        utterance = Utterance(pcm, sample_rate, max(offset or 0.0, elapsed))
        self._waiting.append(utterance)
        return utterance

    async def stream(self, sample_rate: int, deliver: Callable[[bytes], Awaitable[None]]) -> None:
        """Deliver frames in real time until cancelled.

        A frame that the event loop lets through late is followed by the next ones at once, as on
        a network, so the stream keeps to real time however long the call.
        """
        frame_samples = round(sample_rate * FRAME_SECONDS)
        opened = self._opened = self._clock.now()
        start = 0
        try:
            while True:
                end = start + frame_samples
                await self._clock.sleep_until(opened + end / sample_rate)
                await self._load_voices(sample_rate)
                frame, touched = self._record(start, frame_samples, sample_rate)
                await deliver(frame)
                for utterance in touched:
                    utterance.announce()
                start = end
        finally:
            self.close()

    def close(self) -> None:
        """Cut short whatever has not been spoken; a later stream starts from nothing."""
        self._opened = None
        for utterance in [*(voice.utterance for voice in self._voices), *self._waiting]:
            utterance.cut_short = True
            utterance.announce()
        self._voices.clear()
        self._waiting.clear()

    async def _load_voices(self, sample_rate: int) -> None:
        while self._waiting:
            utterance = self._waiting[0]
            audio = await self._resampler.resample(
                utterance.pcm, utterance.sample_rate, sample_rate
            )
            del self._waiting[0]
            begin = round(utterance.offset * sample_rate)
            self._voices.append(_Voice(utterance, begin, audio))
        # The one being spoken stays first, since no other can have begun before it.
        self._voices.sort(key=lambda voice: (voice.read == 0, voice.begin))

    def _record(self, start: int, samples: int, sample_rate: int) -> tuple[bytes, list[Utterance]]:
        """One frame of the stream, and the utterances that began or ended in it."""
        frame = bytearray(samples * _BYTES_PER_SAMPLE)
        touched: list[Utterance] = []
        position, end = start, start + samples
        while self._voices and max(self._voices[0].begin, position) < end:
            voice = self._voices[0]
            position = max(voice.begin, position)
            if voice.read == 0:
                voice.utterance.started_at = self._wall(position, sample_rate)
            piece = voice.take(end - position)
            at = (position - start) * _BYTES_PER_SAMPLE
            frame[at : at + len(piece)] = piece
            position += len(piece) // _BYTES_PER_SAMPLE
            touched.append(voice.utterance)
            if voice.is_over:
                voice.utterance.ended_at = self._wall(position, sample_rate)
                del self._voices[0]
        return bytes(frame), touched

    def _wall(self, sample: int, sample_rate: int) -> float:
        assert self._opened is not None
        return self._clock.wall(self._opened + sample / sample_rate)
