"""One call between the simulated caller and the bot, on a line inside this process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.call import Call
from bot.config import BotConfig
from bot.demo.caller import Caller, StepNotPlayedError
from bot.demo.screen import DemoScreen
from bot.demo.script import SCRIPT, VOICE, lines
from bot.demo.voice import speak_lines
from bot.memory import FarEnd, MemoryTransport
from bot.models import Models
from bot.providers import check_providers
from bot.session import SessionReport
from eventlog.signals import CloseReason

ROOM = "demo"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a demo went.

    Attributes:
        report: The call's report.
        missed: What of the script did not happen, None if it was played to its end.
        stopped: Whether a person stopped it (Ctrl-C).
    """

    report: SessionReport
    missed: str | None = None
    stopped: bool = False


async def play(
    config: BotConfig,
    screen: DemoScreen,
    *,
    tags: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> Outcome:
    """Load the models, hold the call of the script, and write its report.

    Cancelled once the call has begun, it ends the call and returns its report all the same.

    Raises:
        ConfigError: The configuration names something that cannot be built.
        MissingExtraError: The `local` extra, whose voice the caller has, is not installed.
    """
    check_providers(config, env=os.environ)  # before seconds are spent on models
    async with Models(on_progress=screen.load) as models:
        voice = await speak_lines(lines(), VOICE, models)
        transport = MemoryTransport()
        call = Call(
            config,
            transport,
            room=ROOM,
            models=models,
            tags=("demo", *tags),
            metadata=metadata,
        )
        caller = Caller(transport.far_end, voice, on_line=screen.says)
        call.listen(screen.take)
        call.listen(caller.listen)
        return await _hold(call, caller, transport.far_end, screen)


async def _hold(call: Call, caller: Caller, far_end: FarEnd, screen: DemoScreen) -> Outcome:
    running = asyncio.create_task(call.run(), name="call")
    playing = asyncio.create_task(_play_script(caller, far_end, screen), name="caller")
    missed: str | None = None
    stopped = False
    try:
        await asyncio.wait((running, playing), return_when=asyncio.FIRST_COMPLETED)
        missed = await _missed(playing, caller)
        await _end(call, far_end, missed)
        await asyncio.wait((running,))
    except asyncio.CancelledError:
        stopped = True
        playing.cancel()
        await call.close(CloseReason.JOB_SHUTDOWN, {"who": "host", "what": "Ctrl-C"})
    return Outcome(await running, missed, stopped)


async def _play_script(caller: Caller, far_end: FarEnd, screen: DemoScreen) -> None:
    await far_end.join()
    await far_end.connected()
    screen.begin()
    await caller.play(SCRIPT)


async def _missed(playing: asyncio.Task[None], caller: Caller) -> str | None:
    """What did not happen; a call that ended on its own has the caller notice it first."""
    if not playing.done() and not caller.began:
        playing.cancel()
        return "the call ended before the caller was on the line"
    try:
        await playing
    except StepNotPlayedError as error:
        return str(error)
    return None


async def _end(call: Call, far_end: FarEnd, missed: str | None) -> None:
    if missed is not None:
        await far_end.leave()  # as a caller does who gets no answer
        await call.close(CloseReason.USER_INITIATED, {"who": "caller", "what": missed})
    else:
        detail = {"who": "bot", "what": "script done"}
        await call.close(CloseReason.TASK_COMPLETED, detail, drain=True)
