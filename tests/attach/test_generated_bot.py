"""The bot that `pipecat init` generates, with the recorder on it.

It runs Pipecat's own clients of Deepgram, OpenAI and ElevenLabs, its own VAD and smart-turn, and
its caller has a real voice.

What is changed of the generated file is in `generated.py`. In the first tests the transport is the
in-memory one; the processes are `python bot.py` behind Pipecat's own runner, called over WebRTC.
"""

import asyncio
import importlib.util
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from pipecat.runner.types import RunnerArguments

import parley
from bot.attached.call import AttachedCall
from bot.local.caller_voice import synthesize
from bot.memory import MemoryTransport
from eventlog.checker import check
from eventlog.events import AgentState
from eventlog.reader import LoggedReport, read
from tests.attach.caller import SpokenCaller
from tests.attach.generated import generate, with_one_line
from tests.attach.plain_bot import States
from tests.attach.servers import ASKED, Vendors, vendors
from tests.attach.story import story
from tests.serve.test_pipecats_runner import free_port, until_up, written
from tests.wire.faults import Fault
from tests.wire.loopback import KEY

pytestmark = [pytest.mark.slow, pytest.mark.models]

CLIENT_READY = {
    "label": "rtvi-ai",
    "type": "client-ready",
    "id": "1",
    "data": {"version": "1.0.0", "about": {"library": "tests"}},
}
GREETING, ANSWER = "Hello, I am your assistant.", "It is Paris, on the Seine."
STORY = [
    "agent listening",
    "speech generate_reply",
    "agent thinking",
    "agent speaking",
    f"assistant: {GREETING}",
    "agent listening",
    "speech generate_reply",
    f"user: {ASKED}",
    "agent thinking",
    "agent speaking",
    f"assistant: {ANSWER}",
    "agent listening",
    "close participant_disconnected",
]


@pytest.fixture(scope="module")
def question() -> tuple[bytes, int]:
    return synthesize(ASKED)


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return generate(tmp_path)


def loaded(bot: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("generated_bot", bot)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class GeneratedCall:
    """A call of the generated bot in this process, on the in-memory transport."""

    def __init__(self, bot: Path, monkeypatch: pytest.MonkeyPatch, servers: Vendors) -> None:
        for name, value in servers.environment().items():
            monkeypatch.setenv(name, value)
        self.transport = MemoryTransport()
        self.calls: list[AttachedCall] = []
        self._states: States | None = None
        attach = parley.attach

        def noted(worker: Any, *arguments: Any) -> AttachedCall:
            self.calls.append(attach(worker, *arguments))
            self._states = States(self.calls[0])
            return self.calls[0]

        with_one_line(bot)
        monkeypatch.setattr(parley, "attach", noted)
        self._bot = loaded(bot)

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None]:
        running = asyncio.create_task(self._bot.run_bot(self.transport, RunnerArguments()))
        await self.transport.far_end.join()
        await self.transport.far_end.connected()
        try:
            await self.transport.far_end.send_message(CLIENT_READY)
            yield
        finally:
            await self.transport.far_end.leave()
            await asyncio.wait_for(running, 20)

    async def spoken(self) -> None:
        """Wait until the bot has said something."""
        assert self._states is not None
        await self._states.bot_is(AgentState.SPEAKING)
        await self._states.bot_is(AgentState.LISTENING)

    async def speaking(self) -> None:
        assert self._states is not None
        await self._states.bot_is(AgentState.SPEAKING)

    def report(self, folder: Path) -> LoggedReport:
        [logged] = read(folder / "sessions")
        return logged


def found(logged: LoggedReport) -> list[str]:
    return [str(finding) for finding in check(logged)]


async def test_one_line_records_a_call_of_the_generated_bot(
    generated: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    question: tuple[bytes, int],
) -> None:
    async with vendors() as servers:
        call = GeneratedCall(generated, monkeypatch, servers)
        async with call.held():
            await call.spoken()
            await call.transport.far_end.speak(*question).done()
            await call.spoken()
        assert len(servers.deepgram.connections) == 1
        assert len(servers.openai.connections) == 2

    logged = call.report(tmp_path)
    report = logged.data
    assert story(report, without_user=True) == STORY
    assert [line for line in story(report) if line.startswith(("user ", "heard"))] == [
        "user speaking",
        "user listening",
        f"heard {ASKED!r}",
    ]
    assert found(logged) == []
    assert report["parley"]["recorder"]["losses"] == {}
    providers = report["parley"]["providers"]
    assert {slot: (p["provider"], p["model"]) for slot, p in providers.items()} == {
        "stt": ("deepgram", "nova-3-general"),
        "llm": ("openai", "gpt-4.1"),
        "tts": ("elevenlabs", "eleven_flash_v2_5"),
    }
    assert report["options"] == {
        "allow_interruptions": True,
        "discard_audio_if_uninterruptible": False,
        "min_interruption_duration": 0.2,
        "min_interruption_words": 0,
        "min_endpointing_delay": 0.2,
        "max_endpointing_delay": 3,
        "max_tool_steps": None,
        "user_away_timeout": 15.0,
        "min_consecutive_speech_delay": 0.0,
        "preemptive_generation": False,
    }
    assert {entry["type"] for entry in report["usage"]} == {"llm_usage", "tts_usage", "stt_usage"}
    texts = [path.read_text() for path in logged.source.parent.iterdir()]
    assert not any(KEY in text for text in texts)


async def test_what_the_generated_bot_is_cut_off_at_is_what_its_context_holds(
    generated: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    question: tuple[bytes, int],
) -> None:
    long = "Let me tell you about all that I can do for you, one thing after the other, slowly."
    async with vendors(answers=(long, ANSWER)) as servers:
        call = GeneratedCall(generated, monkeypatch, servers)
        async with call.held():
            await call.speaking()
            await call.transport.far_end.speak(*question).done()
            await servers.openai.until(lambda: len(servers.openai.connections) == 2, within=15)
            await call.spoken()
        messages = servers.openai.connections[1].body["messages"]

    logged = call.report(tmp_path)
    items = [i for i in logged.data["chat_history"]["items"] if i["type"] == "message"]
    assert [(item["role"], item["interrupted"]) for item in items] == [
        ("assistant", True),
        ("user", False),
        ("assistant", False),
    ]
    assert long.startswith(items[0]["content"][0])
    assert items[0]["content"][0] in [message["content"] for message in messages]
    assert found(logged) == []


async def test_a_refused_key_is_in_the_report_of_the_generated_bot(
    generated: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with vendors() as servers:
        await servers.openai.fail(Fault.UNAUTHORIZED)
        call = GeneratedCall(generated, monkeypatch, servers)
        async with call.held():
            await servers.openai.until(lambda: bool(servers.openai.requests), within=15)
    logged = call.report(tmp_path)
    [failure] = logged.data["parley"]["failures"]
    assert (failure["provider"], failure["category"]) == ("openai", "authentication")
    # The generated bot goes on in spite of it, until its caller hangs up.
    assert story(logged.data)[-1] == "close participant_disconnected"
    assert found(logged) == []


@pytest.mark.parametrize("by", ["one line", "a setup file"])
async def test_python_bot_py_behind_pipecats_runner_leaves_a_report(
    generated: Path, tmp_path: Path, question: tuple[bytes, int], by: str
) -> None:
    logs = tmp_path / "sessions"
    environment = {"PYTHONUNBUFFERED": "1"}
    if by == "one line":
        with_one_line(generated)
    else:
        environment |= {"PIPECAT_SETUP_FILES": setup_file(), "PARLEY_LOG_DIR": str(logs)}
    async with vendors() as servers:
        await answered(generated, tmp_path, servers.environment() | environment, question)
    report = await asyncio.to_thread(written, logs)

    [logged] = read(report)
    assert story(logged.data, without_user=True) == STORY
    assert found(logged) == []
    assert logged.data["parley"]["attached"] is True


def setup_file() -> str:
    """What `$(parley attach)` is in a shell."""
    return str(Path(parley.__file__).parent / "setup_file.py")


async def answered(
    bot: Path, folder: Path, environment: dict[str, str], question: tuple[bytes, int]
) -> None:
    """Run `python bot.py`, hear its greeting, ask it something, hear the answer and hang up."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(str(bot), "-t", "webrtc", "--host", "127.0.0.1", "--port", str(port)),
        cwd=folder,
        env=os.environ | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
            await until_up(http)
            async with SpokenCaller.calling(http) as caller:
                await caller.say_hello(CLIENT_READY)
                await caller.bot_has_spoken(1)
                caller.say(*question)
                await caller.bot_has_spoken(2)
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)
