"""Plays any conversation to the real call, in virtual time, and keeps what there is to judge."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from loguru import logger

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.memory.playout import PlayedAudio
from bot.session import SessionReport
from eventlog.journal import FILE_NAME, read
from eventlog.reader import LoggedReport
from eventlog.reader import read as read_report
from eventlog.signals import CloseReason, Signal
from tests.calls import any_providers, virtual_time
from tests.calls.any_providers import QUIET, AnyLLM, AnySTT, AnyTTS, AnyTurnModel, words_of
from tests.calls.any_script import Action, Generate, Interrupt, Plan, Say, Script, Type, plan
from tests.scripted.llm import Request
from tests.scripted.speech import speech
from tests.scripted.tts import Synthesis

# Whatever goes on in a script, the call has come to rest so long after its last action, and is over
# so long after its end was asked for: both are far more than the sum of all that is waited for.
REST_WITHIN = 120.0
END_WITHIN = 180.0
LOOK_EVERY = 0.1
# A rest is one that lasts: between two steps nobody may seem to have anything to do.
LOOKS_AT_REST = 22
RATE = 24000
AGENTS = {
    "a": {"instructions": "You are a.", "voice": "voice a"},
    "b": {"instructions": "You are b.", "voice": "voice b", "greeting": "Greetings from bee."},
}


@dataclass
class HeardWord:
    """A word that left the bot's loudspeaker: how much of it (seconds), and when it ended."""

    seconds: float
    whole: bool
    ended_at: float


@dataclass
class Played:
    """A conversation that was held."""

    script: Script
    plan: Plan
    report: Mapping[str, Any]
    logged: LoggedReport
    signals: list[Signal]
    context: list[Any]
    requests: list[Request]
    spoken: list[Synthesis]
    given: list[tuple[float, Any]]
    heard: dict[str, HeardWord]
    says: dict[str, Say]
    ran: list[str]
    closing_at: float
    joined_at: float
    restless: str | None
    muted: bool
    rested: bool
    errors: list[str] = field(default_factory=list)


def play(script: Script) -> Played:
    """Hold the conversation of a script."""
    with TemporaryDirectory() as folder, _errors_logged() as errors:
        played = virtual_time.run(_Stage(script, Path(folder)).play())
        played.errors = errors
        return played


class _Stage:
    def __init__(self, script: Script, folder: Path) -> None:
        self.script = script
        self.plan = plan(script)
        self.folder = folder
        self.says: dict[str, Say] = {}
        self.typed = 0
        self.closing_at: float | None = None
        self.rested = False
        self.restless: str | None = None
        self.muted = False

    async def play(self) -> Played:
        script = self.script
        AnyTurnModel.ends_turn = script.ends_turn
        any_providers.ran.clear()
        self.transport = MemoryTransport()
        self.call = Call(load_config(_config(script, self.folder)), self.transport)
        services = self.call.services
        self.stt, self.llm, self.tts = services.stt, services.llm, services.tts
        assert isinstance(self.stt, AnySTT)
        assert isinstance(self.llm, AnyLLM)
        assert isinstance(self.tts, AnyTTS)
        self.llm.perform(script.answers, hands_over=script.agents)
        self.tts.perform(script.voices)
        far_side = asyncio.create_task(self._far_side())
        run = asyncio.create_task(self.call.run())
        await asyncio.wait({run, far_side}, return_when=asyncio.FIRST_COMPLETED)
        if far_side.done():
            far_side.result()
        async with asyncio.timeout(END_WITHIN):
            report = await run
        far_side.cancel()
        return self._played(report)

    async def _far_side(self) -> None:
        far_end = self.transport.far_end
        for start, seconds in self.plan.sounds:
            far_end.speak_at(start, speech(seconds), 16000)
        await far_end.join()
        await far_end.connected()
        self.stt.perform(self.plan.transcripts)
        began = time.monotonic()
        for at, action in self.plan.doings:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            await self._do(action)
        await self._end(began)

    async def _do(self, action: Action) -> None:
        match action:
            case Say():
                text = words_of("say", len(self.says), action.words)
                self.says[text] = action
                await self.call.say(
                    text,
                    allow_interruptions=action.interruptible,
                    add_to_context=action.recorded,
                )
            case Type():
                self.typed += 1
                await self.call.send_text(f"typed{self.typed}")
            case Generate():
                await self.call.generate_reply("instructions" if action.instructions else None)
            case Interrupt():
                await self.call.interrupt()
            case _:
                raise AssertionError(action)

    async def _end(self, began: float) -> None:
        ending = self.script.ending
        if ending.after is None:
            await asyncio.sleep(max(0.0, began + self.plan.over - time.monotonic()))
            await self._come_to_rest()
        else:
            last = self.plan.doings[-1][0] if self.plan.doings else 0.0
            await asyncio.sleep(max(0.0, began + last + ending.after - time.monotonic()))
        self.muted = self.stt.is_muted
        self.closing_at = time.time()
        if ending.how == "leave":
            await self.transport.far_end.leave()
        else:
            await self.call.close(CloseReason.USER_INITIATED, drain=ending.how == "drain")

    async def _come_to_rest(self) -> None:
        self.rested = True
        looks = 0
        until = time.monotonic() + REST_WITHIN
        while looks < LOOKS_AT_REST and time.monotonic() < until:
            await asyncio.sleep(LOOK_EVERY)
            self.restless = self._why_restless()
            looks = 0 if self.restless else looks + 1

    def _why_restless(self) -> str | None:
        floor = self.call._parts.floor
        agent = self.call._intake.recorder.agent
        reasons = {
            "the bot is paused": floor.playback.paused,
            "the floor is busy": floor.busy,
            "an interruption is under way": floor.settling,
            f"the log says {agent.events.state}": agent.events.state != "listening",
        }
        return ", ".join(reason for reason, holds in reasons.items() if holds) or None

    def _played(self, report: SessionReport) -> Played:
        assert report.folder is not None
        assert report.path is not None
        if self.closing_at is None:
            # The call has ended of itself.
            self.closing_at = report.data["events"][-1]["created_at"]
            self.rested = False
        joined_at = self.transport.far_end.joined_at
        return Played(
            script=self.script,
            plan=self.plan,
            report=report.data,
            logged=read_report(report.path)[0],
            signals=read(report.folder / FILE_NAME)[1],
            context=list(self.call._parts.context.get_messages()),
            requests=self.llm.requests,
            spoken=self.tts.spoken,
            given=self.stt.given,
            heard=_heard(self.transport.far_end.played, self.tts),
            says=self.says,
            ran=list(any_providers.ran),
            closing_at=self.closing_at,
            joined_at=joined_at or 0.0,
            restless=self.restless,
            muted=self.muted,
            rested=self.rested,
        )


def _heard(played: Sequence[PlayedAudio], tts: AnyTTS) -> dict[str, HeardWord]:
    counted: Counter[int] = Counter()
    ended: dict[int, float] = {}
    for piece in played:
        samples = np.frombuffer(piece.pcm, dtype="<i2")
        for value in np.unique(samples).tolist():
            if value >= QUIET:
                counted[value - QUIET] += int(np.count_nonzero(samples == value))
                ended[value - QUIET] = piece.at + len(piece.pcm) / 2 / RATE
    return {
        tts.words[number]: HeardWord(samples / RATE, samples == tts.lengths[number], ended[number])
        for number, samples in counted.items()
    }


def _config(script: Script, folder: Path) -> dict[str, Any]:
    here = any_providers.HERE
    times = {"start_secs": 0.06, "stop_secs": script.vad_hold}
    return {
        "agent": {"greeting": script.greeting} if script.greeting else {},
        "agents": AGENTS if script.agents else {},
        "stt": {"provider": f"{here}:AnySTT"},
        "llm": {"provider": f"{here}:AnyLLM", "args": {"obeys_tool_choice": script.obeys}},
        "tts": {"provider": f"{here}:AnyTTS", "args": {"word_times": script.word_times}},
        "vad": {"provider": "tests.scripted.vad:EnergyVAD", "args": times},
        "turn": {
            **script.options,
            "detector": f"{here}:AnyTurnModel" if script.ends_turn else "none",
        },
        "tools": [f"{here}:{name}" for name in ("instant", "quick", "slow", "broken")],
        "hooks": {"on_user_turn_completed": f"{here}:{script.hook}"} if script.hook else {},
        "call": {"max_failures": None},
        "log": {"directory": str(folder), "audio": False, "stdout": False, "level": None},
    }


@contextmanager
def _errors_logged() -> Iterator[list[str]]:
    """What is logged as an error meanwhile; nothing else is, which takes most of the time."""
    errors: list[str] = []
    logger.remove()
    logger.add(lambda message: errors.append(str(message)), level="ERROR")
    try:
        yield errors
    finally:
        logger.remove()
