"""Whole calls with a realtime model: Pipecat's real client of OpenAI's, against the loopback one."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.realtime import NoVoiceError
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.events import AgentState, AgentStateChanged, ConversationItemAdded, UserInputTranscribed
from eventlog.reader import read

from .faults import Fault
from .faulty_call import FaultyCall
from .loopback import KEY
from .openai_realtime import OpenAIRealtimeServer
from .realtime_reply import Reply

GREETING, QUESTION, ANSWER = "Hello there.", "What is the capital of France?", "It is Paris."


def configured(server: OpenAIRealtimeServer, directory: Path, **sections: Any) -> dict[str, Any]:
    return {
        "realtime": {
            "provider": "openai-realtime",
            "settings": {
                "model": "gpt-realtime",
                "session_properties": {"audio": {"input": {"transcription": {}}}},
            },
            "args": {"api_key": KEY, "base_url": server.realtime_url},
        },
        "agent": {"greeting": {"generate": "Greet the caller."}},
        "vad": {"provider": "tests.scripted.vad:EnergyVAD", "args": {"stop_secs": 0.2}},
        "log": {"directory": str(directory), "audio": False},
        **sections,
    }


@asynccontextmanager
async def held(
    server: OpenAIRealtimeServer, directory: Path, **sections: Any
) -> AsyncGenerator[FaultyCall]:
    """Hold a call; leaving the block closes it and stops the server."""
    async with server:
        transport = MemoryTransport()
        config = load_config(configured(server, directory, **sections))
        call = FaultyCall(server, Call(config, transport), transport)
        await transport.far_end.join()
        try:
            yield call
        finally:
            await call.report()


def sound(report: SessionReport) -> bool:
    """Whether a report keeps every rule and no secret."""
    assert report.path is not None
    assert KEY not in report.path.read_text()
    faults = [str(f) for logged in read(report.path) for f in check(logged)]
    assert faults == []
    return True


def messages(report: SessionReport) -> list[tuple[str, str]]:
    items = report.data["chat_history"]["items"]
    return [(i["role"], i["content"][0]) for i in items if i["type"] == "message"]


async def test_it_greets_hears_a_turn_and_answers_and_the_report_says_so(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer(
        [QUESTION], [Reply(GREETING), Reply(ANSWER, input_tokens=50, output_tokens=10)]
    )
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    assert messages(report) == [("assistant", GREETING), ("user", QUESTION), ("assistant", ANSWER)]
