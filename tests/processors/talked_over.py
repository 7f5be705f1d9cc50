"""A bot that is talked over: its strategy that starts turns, and all that this one does."""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import (
    InterimTranscriptionFrame,
    InterruptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult

from processors.barge_in import BargeInUserTurnStartStrategy
from processors.floor import Floor
from processors.frames import FalseInterruptionFrame
from processors.running_transcript import RunningTranscript
from tests.processors.timeless import now, setup_of_a_strategy, until, wall

# How long an interruption takes through this bot.
SETTLES = 0.01


class Bot:
    """A strategy, and what it did with the turn and with the bot's voice, and when.

    The bot is heard while `sounding`; an interruption silences it, as in a call.
    """

    quiet_since = 0.0

    def __init__(self, *, sounding=False, interruptible=True, floor=None, **options):
        self.floor = Floor(clock=now, **(floor or {}))
        self.floor.playback = self
        self.sounding, self.interruptible = sounding, interruptible
        self.transcript = RunningTranscript()
        self.strategy = BargeInUserTurnStartStrategy(
            self.floor, self, self.transcript, **{"min_duration": 0.5, "clock": wall} | options
        )
        self.did = []

    async def begin(self):
        await self.strategy.setup(setup_of_a_strategy())
        self.strategy.add_event_handler("on_user_turn_started", self._started)
        self.strategy.add_event_handler("on_broadcast_frame", self._broadcast)
        self.strategy.add_event_handler("on_reset_aggregation", self._reset)
        return self

    def note(self, what):
        self.did.append((round(now(), 6), what))

    async def pause(self):
        self.note("pause")

    async def resume(self):
        self.note("resume")

    async def push_frame(self, frame):
        resumed = frame.resumed if isinstance(frame, FalseInterruptionFrame) else None
        self.note(type(frame).__name__ if resumed is None else f"false, resumed={resumed}")

    async def _started(self, strategy, params):
        assert params.enable_interruptions
        self.note("start")
        await strategy.handle_user_turn_started()
        # The aggregator's way to the interruption is not without waiting.
        await asyncio.sleep(0)
        self._silence()

    async def _broadcast(self, strategy, kind):
        assert kind is InterruptionFrame
        self.note("interruption")
        # The aggregator queues it for itself, so the strategy hears of it a little later.
        self._queued = asyncio.create_task(strategy.process_frame(kind()))
        self._silence()

    async def _reset(self, strategy):
        self.note("reset")

    def _silence(self):
        self.floor.cut()
        self.sounding = False
        asyncio.get_running_loop().call_later(SETTLES, self.floor.settle)

    async def hears(self, at, frame):
        await until(at)
        assert await self.strategy.process_frame(frame) is ProcessFrameResult.CONTINUE

    async def speech_starts(self, at):
        await until(at)
        await self.hears(at, VADUserStartedSpeakingFrame(start_secs=0.2, timestamp=wall()))

    async def speech_ends(self, at):
        await self.hears(at, VADUserStoppedSpeakingFrame(stop_secs=0.2))

    async def speaks(self, start, end):
        await self.speech_starts(start)
        await self.speech_ends(end)

    async def words(self, at, text, *, final=False):
        kind = TranscriptionFrame if final else InterimTranscriptionFrame
        await self.hears(at, kind(text=text, user_id="", timestamp=""))


async def speaking_bot(**options):
    return await Bot(sounding=True, **options).begin()
