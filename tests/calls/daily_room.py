"""A Daily room without a network: what daily-python does, for Pipecat's own Daily transport.

Everything of `pipecat.transports.daily` is real: `DailyTransport`, its input and its output, and
`DailyTransportClient`. Doubled is one object of daily-python, the `CallClient`, which needs a
network: it joins a room, tells who is in it, and gives what they say. The source that the bot's
audio is written to is daily-python's own, which takes audio at the speed of speech; it is
overheard.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import daily
import pytest
from pipecat.transports.daily import transport as pipecats
from pipecat.transports.daily.transport import DailyParams, DailyTransport

from bot.memory import LineClock, PlayedAudio, Utterance
from bot.memory.microphone import Microphone

# daily-python's source takes its audio in steps of so many seconds.
_SOURCE_STEPS = 0.01
_PARTICIPANT = {"id": "caller", "info": {"userName": "caller"}}
_room: ContextVar["DailyRoom"] = ContextVar("room")


class DailyRoom:
    """The far side of a call: it speaks, and keeps what was written for it to hear.

    Attributes:
        played: The bot's audio as it was written, at the moment from which it is played.
        sample_rate: Its rate in Hz.
    """

    def __init__(self) -> None:
        self.played: list[PlayedAudio] = []
        self.sample_rate = 0
        self._free_at = 0.0
        self._microphone = Microphone(LineClock())
        self._joining = asyncio.Event()
        self._captured = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[Callable[[PlayedAudio], None]] = []

    def on_audio(self, listener: Callable[[PlayedAudio], None]) -> None:
        """Call `listener` with each piece of audio as it is written."""
        self._listeners.append(listener)

    def speak(self, pcm: bytes, sample_rate: int) -> Utterance:
        """Speak now."""
        return self._microphone.say(pcm, sample_rate, None)

    async def join(self) -> None:
        """Enter the room, as soon as the bot is there."""
        self._joining.set()

    async def connected(self) -> None:
        """Wait until the bot listens."""
        await asyncio.wait_for(self._captured.wait(), 10)

    def bot_joined(self, events: daily.EventHandler) -> None:
        """The bot is in the room and is told of what happens there."""

        async def enter() -> None:
            await self._joining.wait()
            # daily-python tells of all that happens in a thread of its own.
            await asyncio.to_thread(events.on_participant_joined, _PARTICIPANT)

        self._start(enter())

    def bot_listens(self, render: Callable[[str, Any, str], None], sample_rate: int) -> None:
        """The bot wants to be given what is said."""

        async def deliver(pcm: bytes) -> None:
            audio = SimpleNamespace(audio_frames=pcm, sample_rate=sample_rate, num_channels=1)
            await asyncio.to_thread(render, _PARTICIPANT["id"], audio, "microphone")

        self._captured.set()
        self._start(self._microphone.stream(sample_rate, deliver))

    def bot_left(self) -> None:
        """The bot is gone."""
        for task in self._tasks:
            task.cancel()

    def written(self, pcm: bytes) -> None:
        """Audio begins to play."""
        now = time.time()
        # What was written is played before it: a write that is a little later is no gap.
        at = self._free_at if 0 <= now - self._free_at < _SOURCE_STEPS else now
        self._free_at = at + len(pcm) / 2 / self.sample_rate
        piece = PlayedAudio(at, pcm)
        self.played.append(piece)
        for listener in self._listeners:
            listener(piece)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Client:
    """`daily.CallClient`, as far as a call needs it; it answers at once."""

    def __init__(self, event_handler: daily.EventHandler) -> None:
        self._room = _room.get()
        self._events = event_handler

    def join(self, url: str, token: str | None, completion: Any, client_settings: Any) -> None:
        self._room.bot_joined(self._events)
        local = {"participants": {"local": {"id": "bot"}}, "meetingSession": {"id": "meeting"}}
        completion(local, None)

    def set_audio_renderer(
        self, participant_id: str, callback: Any, sample_rate: int, **options: Any
    ) -> None:
        self._room.bot_listens(callback, sample_rate)

    def update_subscriptions(self, completion: Any, **settings: Any) -> None:
        completion(None)

    def leave(self, completion: Any) -> None:
        self._room.bot_left()
        completion(None)

    def update_subscription_profiles(self, profiles: Any) -> None:
        """There is no video."""

    def set_user_name(self, name: str) -> None:
        """Nobody sees it."""

    def release(self) -> None:
        """There is nothing to release."""


class _OverheardSource:
    """daily-python's own source of custom audio, and an ear at it."""

    def __init__(self, sample_rate: int, channels: int, auto_silence: bool) -> None:
        self.native = daily.CustomAudioSource(sample_rate, channels, auto_silence)
        self._room = _room.get()
        self._room.sample_rate = sample_rate

    def write_frames(self, frames: bytes, completion: Any) -> None:
        self._room.written(frames)
        self.native.write_frames(frames, completion=completion)


@contextmanager
def rooms() -> Generator[Callable[[], tuple[DailyTransport, DailyRoom]]]:
    """Have Daily transports meet rooms without a network; gives what makes both."""

    def make() -> tuple[DailyTransport, DailyRoom]:
        room = DailyRoom()
        _room.set(room)
        params = DailyParams(audio_in_enabled=True, audio_out_enabled=True)
        return DailyTransport("https://parley.invalid/room", None, "bot", params), room

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipecats, "CallClient", _Client)
        patch.setattr(pipecats, "CustomAudioSource", _OverheardSource)
        patch.setattr(
            pipecats, "CustomAudioTrack", lambda source: daily.CustomAudioTrack(source.native)
        )
        yield make
