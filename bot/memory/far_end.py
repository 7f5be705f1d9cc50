"""The person at the other end of the in-memory line."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from bot.memory.clock import LineClock
from bot.memory.errors import MemoryTransportError
from bot.memory.microphone import Microphone, Utterance
from bot.memory.playout import PlayedAudio

_BYTES_PER_SAMPLE = 2


class Line(Protocol):
    """What the far end needs of the bot's side of the line."""

    @property
    def is_up(self) -> bool:
        """Whether the bot's side has started and not yet ended."""
        ...

    async def connect(self, participant_id: str) -> None:
        """Open the microphone and tell the bot that somebody is there."""
        ...

    async def disconnect(self, participant_id: str) -> None:
        """Close the microphone and tell the bot that nobody is there any more."""
        ...

    async def receive_message(self, message: Any, sender: str) -> None:
        """Hand the bot a message."""
        ...


class FarEnd:
    """Speaks to the bot and keeps what was really heard of it, with times.

    Nothing is heard while nobody is there: audio that the bot plays before the join or after the
    leave is paced as always and lost, as in an empty room.

    Attributes:
        participant_id: Who is there, or was last; empty before the first join.
        joined_at: Epoch seconds at which the line was connected, None before that.
        left_at: Epoch seconds at which the far end left; None while it is there, or when it was
            the bot that ended the call.
        played: What was audible, slice by slice.
        messages: What the bot sent as transport messages, oldest first.
        sample_rate: Rate of what is heard, in Hz; 0 before the pipeline is set up.
    """

    def __init__(self, line: Line, clock: LineClock, microphone: Microphone) -> None:
        self.participant_id = ""
        self.joined_at: float | None = None
        self.left_at: float | None = None
        self.played: list[PlayedAudio] = []
        self.messages: list[Any] = []
        self.sample_rate = 0
        self._line = line
        self._clock = clock
        self._microphone = microphone
        self._is_waiting = False
        self._is_there = False
        self._connected = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._listeners: list[Callable[[PlayedAudio], None]] = []

    @property
    def is_there(self) -> bool:
        """Whether somebody is connected to the bot."""
        return self._is_there

    async def join(self, participant_id: str = "caller") -> None:
        """Enter the call; fires the transport's `on_client_connected`.

        Before the pipeline runs, the far end waits in the room and is connected as soon as the
        bot is there; `connected()` waits for that.

        Raises:
            MemoryTransportError: If somebody is there already.
        """
        if self._is_there or self._is_waiting:
            raise MemoryTransportError(
                f"'{self.participant_id}' is on the line already: leave() before another join()."
            )
        self.participant_id = participant_id
        self._is_waiting = True
        if self._line.is_up:
            await self.admit()

    async def connected(self) -> None:
        """Wait until the far end has been connected to a running bot.

        Raises:
            MemoryTransportError: If the bot's side ends before anybody is connected.
        """
        await self._connected.wait()
        if self.joined_at is None:
            raise MemoryTransportError(
                "The bot ended before the far end was connected: see its log for the cause."
            )

    async def leave(self) -> None:
        """Hang up; fires `on_client_disconnected`. Does nothing when nobody is there."""
        self._is_waiting = False
        if not self._is_there:
            return
        self._is_there = False
        self._connected.clear()
        self.left_at = self._clock.wall(self._clock.now())
        await self._line.disconnect(self.participant_id)

    async def hung_up(self) -> None:
        """Wait until the bot has ended the call."""
        await self._hung_up.wait()

    def speak(self, pcm: bytes, sample_rate: int) -> Utterance:
        """Speak now, or right after what is being spoken; before the join, from the join on.

        Args:
            pcm: Mono s16le audio.
            sample_rate: Its rate in Hz; it is converted to the pipeline's.

        Raises:
            MemoryTransportError: If `pcm` is empty or not made of whole samples.
        """
        return self._say(pcm, sample_rate, None)

    def speak_at(self, offset: float, pcm: bytes, sample_rate: int) -> Utterance:
        """Speak at `offset` seconds after the join, exact to the sample.

        A moment that has passed means now. Arguments and errors as for `speak`.
        """
        return self._say(pcm, sample_rate, offset)

    async def send_message(self, message: Any) -> None:
        """Send the bot a message, which arrives as an InputTransportMessageFrame.

        Raises:
            MemoryTransportError: If the far end is not connected.
        """
        if not self._is_there:
            raise MemoryTransportError("Nobody is on the line: join() before send_message().")
        await self._line.receive_message(message, self.participant_id)

    def on_audio(self, listener: Callable[[PlayedAudio], None]) -> Callable[[], None]:
        """Call `listener` with each slice as it begins to play; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def heard_pcm(self, start: float | None = None, end: float | None = None) -> bytes:
        """What was heard as one timeline, with silence wherever the bot was silent.

        Args:
            start: Epoch seconds of the first sample; the join when None.
            end: Epoch seconds after the last sample; the end of the last slice when None.

        Raises:
            MemoryTransportError: If nobody ever joined.
        """
        if self.joined_at is None:
            raise MemoryTransportError("Nothing was heard: nobody has joined this line.")
        begin = self.joined_at if start is None else start
        timeline = bytearray()
        follows = 0
        for piece in self.played:
            position = round((piece.at - begin) * self.sample_rate)
            # Epoch seconds as floats are exact to a fraction of a sample, not to the last bit.
            position = follows if abs(position - follows) <= 1 else position
            follows = position + len(piece.pcm) // _BYTES_PER_SAMPLE
            _lay(timeline, position, piece.pcm)
        if end is not None:
            size = max(0, round((end - begin) * self.sample_rate)) * _BYTES_PER_SAMPLE
            timeline = timeline[:size].ljust(size, b"\0")
        return bytes(timeline)

    async def admit(self) -> None:
        """Connect a far end that waits in the room; for the transport, once the bot is there."""
        if not self._is_waiting:
            return
        self._is_waiting = False
        self._is_there = True
        self.left_at = None
        self.joined_at = self._clock.wall(self._clock.now())
        await self._line.connect(self.participant_id)
        if self._is_there:
            self._connected.set()

    def hear(self, piece: PlayedAudio) -> None:
        """Take in one slice as it begins to play; for the transport."""
        if not self._is_there:
            return
        self.played.append(piece)
        for listener in tuple(self._listeners):
            listener(piece)

    def dismiss(self) -> None:
        """Note that the bot has ended the call; for the transport."""
        self._is_there = False
        self._is_waiting = False
        self._microphone.close()
        self._hung_up.set()
        self._connected.set()

    def _say(self, pcm: bytes, sample_rate: int, offset: float | None) -> Utterance:
        utterance = self._microphone.say(pcm, sample_rate, offset)
        if self._hung_up.is_set():
            # A caller who speaks just as the bot hangs up talks to nobody.
            self._microphone.close()
        return utterance


def _lay(timeline: bytearray, position: int, pcm: bytes) -> None:
    """Write samples at a position, padding with silence; samples before 0 fall away."""
    if position < 0:
        pcm = pcm[-position * _BYTES_PER_SAMPLE :]
        position = 0
    at = position * _BYTES_PER_SAMPLE
    timeline.extend(bytes(max(0, at - len(timeline))))
    timeline[at : at + len(pcm)] = pcm
