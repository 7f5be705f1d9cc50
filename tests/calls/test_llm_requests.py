"""Whole calls that keep what the LLM was asked: the file holds what the vendor's server got."""

import asyncio
import json
import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.reader import read
from tests.calls.playing import play
from tests.calls.test_embedding import Watched
from tests.calls.test_hand_off_wire import AGENTS, Heard
from tests.wire.faults import Fault
from tests.wire.loopback import KEY
from tests.wire.openai import Answer, ChatRequest, OpenAIServer, ToolCall

pytestmark = pytest.mark.slow

SCRIPTED = {
    "stt": {"provider": "tests.scripted.stt:ScriptedSTT"},
    "tts": {
        "provider": "tests.scripted.tts:ScriptedTTS",
        "args": {"duration": 0.05, "seconds_per_character": 0.01},
    },
    "vad": {"provider": "tests.scripted.vad:EnergyVAD"},
    "turn": {"detector": "none"},
}


def llm(server: OpenAIServer, provider: str = "openai", **options: Any) -> dict[str, Any]:
    """The section of a configuration that asks this server."""
    args = {"api_key": KEY, "base_url": server.base_url}
    return {"provider": provider, "args": args, "settings": {"model": "gpt-4.1-mini"}, **options}


def log(folder: Path) -> dict[str, Any]:
    return {"directory": str(folder), "audio": False, "llm": True}


def kept(report: SessionReport) -> list[dict[str, Any]]:
    """The lines of llm.jsonl by the number of the request; the report beside it is sound."""
    assert report.path is not None
    assert [str(fault) for logged in read(report.path) for fault in check(logged)] == []
    text = (report.path.parent / "llm.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    return sorted(lines, key=lambda line: int(line["id"].removeprefix("llm_")))


def body_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the request that a line tells of."""
    tools = {"tools": line["tools"]} if line["tools"] else {}
    return {**line["settings"], "messages": line["messages"], **tools}


def bodies(*servers: OpenAIServer) -> list[Mapping[str, Any]]:
    chats: list[ChatRequest] = [chat for server in servers for chat in server.connections]
    return [chat.body for chat in chats]


def links(report: SessionReport) -> dict[str, str]:
    """The request behind each message and tool call, by the words or the tool's name."""
    by_item = report.data["parley"]["requests"]
    names = {
        item["id"]: item.get("name") or item["content"][0]
        for item in report.data["chat_history"]["items"]
        if item["type"] in ("message", "function_call")
    }
    return {names[item]: request for item, request in by_item.items()}


async def typed(folder: Path, told: list[tuple[str, int]], **sections: Any) -> SessionReport:
    """A call in which texts are typed, each once the answer before it was heard.

    Args:
        folder: Where its log goes.
        told: Each text, and how many messages of the bot follow it.
        sections: Of the configuration.
    """
    transport = MemoryTransport()
    config = {"agent": {"greeting": "Hello."}, **SCRIPTED, "log": log(folder), **sections}
    call = Call(load_config(config), transport)
    heard = Heard(call)
    running = asyncio.create_task(call.run())
    await transport.far_end.join()
    await heard.next()
    for text, replies in told:
        await call.send_text(text)
        for _ in range(replies):
            await heard.next()
    await call.close()
    return await asyncio.wait_for(running, 20)


async def test_after_a_hand_off_the_file_holds_what_the_server_got(tmp_path: Path) -> None:
    answers = [
        Answer("One moment.", tool_calls=[ToolCall("hand_off_to_billing", call_id="call_1")]),
        Answer(tool_calls=[ToolCall("get_weather", {"location": "Rome"}, call_id="call_2")]),
        Answer("Ten euros, and sunny."),
    ]
    agents = {
        name: {key: value for key, value in agent.items() if key != "voice"}
        for name, agent in AGENTS.items()
    }
    async with OpenAIServer(answers) as server:
        report = await typed(
            tmp_path, [("Billing.", 2), ("And?", 1)], llm=llm(server), agents=agents
        )
        lines = kept(report)
        assert [body_of(line) for line in lines] == bodies(server)
    assert [line["agent"] for line in lines] == ["desk", "billing", "billing"]
    assert lines[0]["messages"][0] != lines[1]["messages"][0]
    assert links(report) == {
        "One moment.": "llm_1",
        "hand_off_to_billing": "llm_1",
        "get_weather": "llm_2",
        "Ten euros, and sunny.": "llm_3",
    }
    assert report.folder is not None
    assert stat.S_IMODE((report.folder / "llm.jsonl").stat().st_mode) == 0o600


async def test_each_provider_that_was_asked_has_a_line_of_its_own(tmp_path: Path) -> None:
    async with OpenAIServer([Answer("No.")], fault=Fault.RATE_LIMITED) as first:
        async with OpenAIServer([Answer("I can.")]) as second:
            other = llm(second, "groq")
            section = llm(first, fallback=[other])
            report = await typed(tmp_path, [("Can you?", 1)], llm=section)
            failed, answered = kept(report)
            assert [body_of(answered)] == bodies(second)
        await first.heal()
    assert (failed["provider"], failed["outcome"]) == ("openai", "failed")
    assert "Rate limit" in failed["error"]
    assert failed["messages"] == answered["messages"]
    assert (answered["provider"], answered["outcome"]) == ("groq", "completed")
    assert links(report) == {"I can.": answered["id"]}


async def test_an_early_reply_that_was_given_up_is_kept_beside_the_one_that_was_heard(
    tmp_path: Path,
) -> None:
    def answer(body: Mapping[str, Any]) -> Answer:
        return Answer("I am well." if "how" in body["messages"][-1]["content"] else "Hi.")

    async with OpenAIServer(answer) as server:
        report, _ = await play("preemptive_discarded", tmp_path, llm=llm(server), log=log(tmp_path))
        lines = kept(report)
        assert [body_of(line) for line in lines] == bodies(server)
    given_up, given = lines
    assert (given_up["early"], given_up["outcome"]) == (True, "withdrawn")
    assert given_up["messages"][-1] == {"role": "user", "content": "Hello,"}
    assert (given["early"], given["outcome"]) == (True, "completed")
    assert given["messages"][-1] == {"role": "user", "content": "Hello, how are you?"}
    assert links(report) == {"I am well.": given["id"]}


async def test_an_early_reply_that_was_heard_is_linked_to_its_request(tmp_path: Path) -> None:
    async with OpenAIServer([Answer("I am well.")]) as server:
        report, _ = await play("preemptive_turn", tmp_path, llm=llm(server), log=log(tmp_path))
        [line] = kept(report)
        assert [body_of(line)] == bodies(server)
    assert (line["early"], line["outcome"]) == (True, "completed")
    assert links(report) == {"I am well.": "llm_1"}


async def test_no_key_is_in_any_file_of_a_call_even_if_the_llm_is_told_it(tmp_path: Path) -> None:
    async with OpenAIServer([Answer(f"It is {KEY}.")]) as server:
        report = await typed(tmp_path, [(f"Is it {KEY}?", 1)], llm=llm(server))
        [line] = kept(report)
        assert KEY in str(bodies(server))
    assert report.folder is not None
    assert line["messages"][-1]["content"] == "Is it ********?"
    assert line["answer"]["text"] == "It is ********."
    for name in ("llm.jsonl", "log.txt"):
        text = (report.folder / name).read_text(encoding="utf-8")
        assert text
        assert KEY not in text


async def test_nothing_is_kept_of_the_llm_unless_it_is_asked_for(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    report = await watched.run(watched.one_turn)
    assert report.folder is not None
    assert not (report.folder / "llm.jsonl").exists()
    assert report.data["parley"]["requests"] == {}


async def test_a_disk_that_takes_no_requests_is_counted_and_ends_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def full(file: int, data: bytes) -> int:
        if threading.current_thread().name in ("parley-llm", "parley-log"):
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(os, "write", full)
    async with OpenAIServer([Answer("Yes.")]) as server:
        report = await typed(tmp_path, [("Really?", 1)], llm=llm(server))
    losses = report.data["parley"]["recorder"]["losses"]
    assert losses.pop("llm.jsonl") == 1
    assert losses.pop("log.txt") > 1
    assert losses == {}
    assert report.close_reason == "user_initiated"
    assert links(report) == {"Yes.": "llm_1"}
