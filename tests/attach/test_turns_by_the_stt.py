"""Bots in which the STT decides about turns: no VAD, and perhaps a reply begun before the end.

What such a service pushes (Deepgram Flux, Cartesia's turns) is put into the pipeline by hand, but
for the call with Flux itself; the strategies that make turns of it are Pipecat's own.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import (
    EagerTranscriptionFrame,
    Frame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.turns.user_turn_strategies import (
    EagerUserTurnStrategies,
    ExternalUserTurnStrategies,
    UserTurnStrategies,
)

from bot import attach
from eventlog.events import AgentState, SpeechCreated, UserStateChanged
from tests.attach.plain_bot import ANSWER, ASKED, PlainBot, States
from tests.attach.story import faults, story
from tests.scripted.llm import ScriptedLLM
from tests.wire.flux import FluxServer
from tests.wire.test_flux_client import service as flux

pytestmark = pytest.mark.slow

SPOKEN = ["user speaking", f"heard {ASKED!r}", "user listening"]
ANSWERED = [
    f"user: {ASKED}",
    "agent thinking",
    "agent speaking",
    f"assistant: {ANSWER}",
    "agent listening",
    "close participant_disconnected",
]


def transcript(text: str) -> Frame:
    return TranscriptionFrame(text=text, user_id="", timestamp="")


def eager(text: str) -> Frame:
    return EagerTranscriptionFrame(text=text, user_id="", timestamp="")


async def held(
    folder: Path, strategies: UserTurnStrategies, early: str = "", **llm: Any
) -> tuple[dict[str, Any], ScriptedLLM]:
    """A call of one turn, answered early if `early` is what the STT thinks it heard."""
    answers = [{"input": ASKED, "content": ANSWER}, {"input": early, "content": "Never heard."}]
    brain = ScriptedLLM(answers=answers[: 2 if early not in ("", ASKED) else 1])
    bot = PlainBot(llm=brain, user_params=LLMUserAggregatorParams(user_turn_strategies=strategies))
    call = attach(bot.worker, {"log": {"directory": str(folder)}})
    states = States(call)
    speaks, begun = asyncio.Event(), asyncio.Event()
    call.listen(lambda event: speaks.set() if isinstance(event, UserStateChanged) else None)
    call.listen(lambda event: begun.set() if isinstance(event, SpeechCreated) else None)

    async def script() -> None:
        await bot.worker.queue_frame(ProposedUserStartedSpeakingFrame())
        async with asyncio.timeout(10):
            await speaks.wait()
        if early:
            await bot.worker.queue_frame(eager(early))
            async with asyncio.timeout(10):
                await begun.wait()
        await bot.worker.queue_frames([transcript(ASKED), ProposedUserStoppedSpeakingFrame()])
        await states.bot_is(AgentState.SPEAKING)
        await states.bot_is(AgentState.LISTENING)
        await bot.transport.far_end.leave()

    report = await bot.hold(call, script)
    assert faults(report, folder) == []
    assert report["parley"]["turns"][0]["e2e_latency"] > 0
    return report, brain


async def test_a_turn_that_the_stt_ends_is_a_turn(tmp_path: Path) -> None:
    report, _ = await held(tmp_path, ExternalUserTurnStrategies())
    assert story(report) == ["agent listening", *SPOKEN, "speech generate_reply", *ANSWERED]


async def test_a_reply_begun_early_answers_the_turn_that_came_as_expected(tmp_path: Path) -> None:
    report, llm = await held(tmp_path, EagerUserTurnStrategies(), early=ASKED)
    assert len(llm.requests) == 1
    assert story(report) == [
        "agent listening",
        "user speaking",
        "speech generate_reply",
        *SPOKEN[1:],
        *ANSWERED,
    ]
    assert report["options"]["preemptive_generation"] is True


async def test_a_reply_to_what_was_not_said_is_dropped(tmp_path: Path) -> None:
    report, llm = await held(tmp_path, EagerUserTurnStrategies(), early="Hello how")
    assert len(llm.requests) == 2
    assert story(report) == [
        "agent listening",
        "user speaking",
        "speech generate_reply",
        *SPOKEN[1:],
        "speech generate_reply",
        *ANSWERED,
    ]
    assert "Never heard." not in str(report)


async def test_a_call_with_flux_has_its_turns(tmp_path: Path) -> None:
    async with FluxServer([ASKED], end_silence=0.4) as server:
        bot = PlainBot(
            stt=flux(server, eager=True),
            user_params=LLMUserAggregatorParams(user_turn_strategies=EagerUserTurnStrategies()),
        )
        call = attach(bot.worker, {"log": {"directory": str(tmp_path)}})
        states = States(call)

        async def script() -> None:
            await server.until(lambda: bool(server.connections))
            await bot.ask()
            await states.bot_is(AgentState.SPEAKING)
            await states.bot_is(AgentState.LISTENING)
            await bot.transport.far_end.leave()

        report = await bot.hold(call, script)
    assert faults(report, tmp_path) == []
    assert [line for line in story(report) if line[:5] in ("user:", "assis")] == [
        f"user: {ASKED}",
        f"assistant: {ANSWER}",
    ]
    assert report["parley"]["providers"]["stt"]["service"] == "DeepgramFluxSTTService"
    assert report["parley"]["turns"][0]["e2e_latency"] > 0
