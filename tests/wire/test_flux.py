"""The configuration `flux`: Pipecat's real Flux client against a recogniser on loopback."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.call import Call
from bot.config import load_config
from bot.local.caller_voice import synthesize
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.events import AgentState, AgentStateChanged, Event
from eventlog.reader import read

from .elevenlabs import ElevenLabsServer
from .flux import FluxServer
from .loopback import KEY
from .openai import Answer, OpenAIServer


class Vendors:
    """The three servers of a call; `asked` is what the LLM was asked, and after which event."""

    def __init__(self, *texts: str) -> None:
        self.flux = FluxServer(texts)
        self.asked: list[tuple[str, str]] = []
        self.openai = OpenAIServer(self._answer)
        self.elevenlabs = ElevenLabsServer()

    def _answer(self, request: dict[str, Any]) -> Answer:
        events = self.flux.connections[0].events
        self.asked.append((request["messages"][-1]["content"], events[-1]))
        return Answer(f"Answer {len(self.asked)}.")

    def environment(self) -> dict[str, str]:
        keys = ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY")
        return {
            **dict.fromkeys(keys, KEY),
            "DEEPGRAM_FLUX_URL": f"{self.flux.url}/v2/listen",
            "OPENAI_BASE_URL": self.openai.base_url,
            "ELEVENLABS_URL": self.elevenlabs.url,
        }


@asynccontextmanager
async def vendors(*texts: str) -> AsyncGenerator[Vendors]:
    servers = Vendors(*texts)
    async with servers.flux, servers.openai, servers.elevenlabs:
        yield servers


def sound(*parts: str | float) -> tuple[bytes, int]:
    """Speak texts one after the other, a number being a silence of that many seconds."""
    rate = synthesize("Hello.")[1]
    pieces = [
        bytes(2 * int(part * rate)) if isinstance(part, float) else _trimmed(synthesize(part)[0])
        for part in parts
    ]
    return b"".join(pieces), rate


def _trimmed(pcm: bytes) -> bytes:
    samples = np.frombuffer(pcm, dtype="<i2")
    loud = np.flatnonzero(np.abs(samples) > 300)
    return samples[loud[0] : loud[-1]].tobytes()


async def converse(env: dict[str, str], folder: Path, *said: tuple[bytes, int]) -> SessionReport:
    config = load_config("flux", env=env)
    log = config.log.model_copy(update={"directory": folder})
    transport = MemoryTransport()
    call = Call(config.model_copy(update={"log": log}), transport, env=env)
    spoken: asyncio.Queue[None] = asyncio.Queue()

    def on_event(event: Event) -> None:
        if isinstance(event, AgentStateChanged) and event.old_state is AgentState.SPEAKING:
            spoken.put_nowait(None)

    call.listen(on_event)
    running = asyncio.create_task(call.run())
    await transport.far_end.join()
    async with asyncio.timeout(30):
        await spoken.get()
        for pcm, rate in said:
            await transport.far_end.speak(pcm, rate).done()
            await spoken.get()
    await call.close()
    return await running


def dialogue(report: SessionReport) -> list[tuple[str, str]]:
    items = report.data["chat_history"]["items"]
    return [(i["role"], i["content"][0]) for i in items if i["type"] == "message"]


@pytest.mark.models
async def test_flux_ends_the_turns_and_the_llm_is_asked_before_they_end(tmp_path: Path) -> None:
    first, second = "What is the capital of France?", "Thank you."
    async with vendors(first, second) as servers:
        env = servers.environment()
        report = await converse(env, tmp_path, sound(first, 0.1), sound(second, 0.1))
        flux = servers.flux.connections[0]
    assert [event for event in flux.events if event != "Update"] == [
        "StartOfTurn",
        "EagerEndOfTurn",
        "EndOfTurn",
    ] * 2
    assert flux.request.query["eager_eot_threshold"] == ["0.5"]
    # Asked once for each turn, at its expected end, and answered with that.
    assert servers.asked == [(first, "EagerEndOfTurn"), (second, "EagerEndOfTurn")]
    assert dialogue(report) == [
        ("assistant", "Hello, how can I help you?"),
        ("user", first),
        ("assistant", "Answer 1."),
        ("user", second),
        ("assistant", "Answer 2."),
    ]
    told = [e for e in report.data["events"] if e["type"] == "user_input_transcribed"]
    assert [e["transcript"] for e in told if e["is_final"]] == [first, second]
    assert any(not e["is_final"] for e in told)
    assert report.data["parley"]["providers"]["stt"]["provider"] == "deepgram-flux"
    assert report.path is not None
    assert [str(f) for logged in read(report.path) for f in check(logged)] == []


@pytest.mark.models
async def test_a_turn_that_goes_on_takes_the_early_answer_back(tmp_path: Path) -> None:
    said = "I would like to know about Python."
    async with vendors(said) as servers:
        spoken = sound("I would like", 0.7, "to know about Python.")
        report = await converse(servers.environment(), tmp_path, spoken)
        events = servers.flux.connections[0].events
    assert [event for event in events if event != "Update"] == [
        "StartOfTurn",
        "EagerEndOfTurn",
        "TurnResumed",
        "EagerEndOfTurn",
        "EndOfTurn",
    ]
    assert len(servers.asked) == 2
    assert dialogue(report)[1:] == [("user", said), ("assistant", "Answer 2.")]
