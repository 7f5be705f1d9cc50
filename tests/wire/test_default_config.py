"""The default configuration, whole calls of it: Pipecat's real clients of Deepgram, OpenAI and
ElevenLabs against servers on loopback that speak their protocols."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.call import Call
from bot.config import load_config
from bot.local.caller_voice import synthesize
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.events import AgentState, AgentStateChanged, Event
from eventlog.reader import read
from eventlog.signals import CloseReason
from tests.conformance.livekit import judge
from tests.wire.deepgram import DeepgramServer, Utterance
from tests.wire.elevenlabs import ElevenLabsServer
from tests.wire.faults import Fault
from tests.wire.loopback import KEY
from tests.wire.openai import Answer, OpenAIServer


@dataclass
class Vendors:
    """The three servers that a default call talks to."""

    deepgram: DeepgramServer
    openai: OpenAIServer
    elevenlabs: ElevenLabsServer

    def environment(self) -> dict[str, str]:
        """What points the default configuration at them."""
        return {
            "DEEPGRAM_API_KEY": KEY,
            "OPENAI_API_KEY": KEY,
            "ELEVENLABS_API_KEY": KEY,
            "DEEPGRAM_URL": self.deepgram.url,
            "OPENAI_BASE_URL": self.openai.base_url,
            "ELEVENLABS_URL": self.elevenlabs.url,
        }


@asynccontextmanager
async def vendors() -> AsyncGenerator[Vendors]:
    async with AsyncExitStack() as stack:
        deepgram = DeepgramServer(
            [Utterance("What is the capital of France?", confidence=0.9), Utterance("Thank you.")]
        )
        openai = OpenAIServer([Answer("It is Paris, on the Seine."), Answer("You are welcome.")])
        yield Vendors(
            await stack.enter_async_context(deepgram),
            await stack.enter_async_context(openai),
            await stack.enter_async_context(ElevenLabsServer()),
        )


@pytest.fixture(scope="module")
def caller() -> list[tuple[bytes, int]]:
    """What the caller says, in a real voice: Silero and smart-turn listen as in any call."""
    return [synthesize(text) for text in ("What is the capital of France?", "Thank you.")]


class Listening:
    """Lets a caller wait until the bot has finished speaking."""

    def __init__(self, call: Call) -> None:
        self._ends: asyncio.Queue[None] = asyncio.Queue()
        call.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AgentStateChanged) and event.old_state is AgentState.SPEAKING:
            self._ends.put_nowait(None)

    async def bot_done(self) -> None:
        async with asyncio.timeout(15):
            await self._ends.get()


async def converse(
    servers: Vendors, directory: Path, caller: list[tuple[bytes, int]]
) -> SessionReport:
    env = servers.environment()
    config = load_config("default", env=env).model_copy()
    log = config.log.model_copy(update={"directory": directory})
    transport = MemoryTransport()
    call = Call(config.model_copy(update={"log": log}), transport, env=env)
    listening = Listening(call)
    running = asyncio.create_task(call.run())
    await transport.far_end.join()
    await listening.bot_done()
    for pcm, sample_rate in caller:
        await transport.far_end.speak(pcm, sample_rate).done()
        await listening.bot_done()
    await call.close(CloseReason.USER_INITIATED)
    return await running


async def test_a_whole_call_on_the_default_configuration(
    tmp_path: Path, caller: list[tuple[bytes, int]]
) -> None:
    async with vendors() as servers:
        report = await converse(servers, tmp_path, caller)

        assert len(servers.deepgram.connections) == 1
        assert len(servers.openai.connections) == 2
        assert len(servers.elevenlabs.connections) == 1

    items = [i for i in report.data["chat_history"]["items"] if i["type"] == "message"]
    assert [(item["role"], item["content"][0]) for item in items] == [
        ("assistant", "Hello, how can I help you?"),
        ("user", "What is the capital of France?"),
        ("assistant", "It is Paris, on the Seine."),
        ("user", "Thank you."),
        ("assistant", "You are welcome."),
    ]
    finals = [
        event
        for event in report.data["events"]
        if event["type"] == "user_input_transcribed" and event["is_final"]
    ]
    assert [(e["language"], e["speaker_id"]) for e in finals] == [("en", "0"), ("en", "0")]
    assert items[1]["transcript_confidence"] == pytest.approx(0.9)
    assert any(not e["is_final"] for e in report.data["events"] if "is_final" in e)
    providers = report.data["parley"]["providers"]
    assert [providers[slot]["provider"] for slot in ("stt", "llm", "tts")] == [
        "deepgram",
        "openai",
        "elevenlabs",
    ]
    assert report.path is not None
    assert [str(f) for logged in read(report.path) for f in check(logged)] == []
    assert KEY not in report.path.read_text()
    assert KEY not in (report.path.parent / "journal.jsonl").read_text()


@pytest.mark.conformance
async def test_livekits_own_models_read_the_report_of_a_default_call(
    tmp_path: Path, caller: list[tuple[bytes, int]]
) -> None:
    async with vendors() as servers:
        report = await converse(servers, tmp_path, caller)
    assert judge([report.data]) == []


@pytest.mark.parametrize("provider", ["deepgram", "openai", "elevenlabs"])
async def test_a_refused_key_ends_the_call_and_the_report_says_whose(
    tmp_path: Path, caller: list[tuple[bytes, int]], provider: str
) -> None:
    async with vendors() as servers:
        await getattr(servers, provider).fail(Fault.UNAUTHORIZED)
        env = servers.environment()
        config = load_config("default", env=env)
        log = config.log.model_copy(update={"directory": tmp_path})
        transport = MemoryTransport()
        call = Call(config.model_copy(update={"log": log}), transport, env=env)
        running = asyncio.create_task(call.run())
        await transport.far_end.join()
        transport.far_end.speak_at(3.0, *caller[0])
        report = await asyncio.wait_for(running, 20)

    assert report.close_reason == "error"
    assert report.error is not None
    assert report.error["recoverable"] is False
    detail = report.data["parley"]["close_detail"]
    assert (detail["provider"], detail["category"]) == (provider, "authentication")
    assert report.path is not None
    assert [str(f) for logged in read(report.path) for f in check(logged)] == []
