"""A call of several agents in virtual time, and what is seen of them from outside.

An agent shows itself in four places: the instructions and the tools that the LLM is given, the
voice of what is said, and the log. At no moment may they tell of different agents.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.reader import read
from tests.calls import virtual_time
from tests.calls.playing import config_of
from tests.scripted.llm import Request, ScriptedLLM
from tests.scripted.scenario import SCENARIOS, load
from tests.scripted.tts import ScriptedTTS, Synthesis

AGENTS: Mapping[str, Mapping[str, Any]] = {
    "desk": {"instructions": "You are the desk. You send callers on.", "voice": "alice"},
    "billing": {
        "instructions": "You are billing. You know every invoice.",
        "greeting": "Billing here.",
        "voice": "bob",
        "tools": ["tests.calls.tools:get_weather"],
    },
}
TO_BILLING = {"name": "hand_off_to_billing"}
TO_DESK = {"name": "hand_off_to_desk"}

Said = tuple[float, float, str]
"""From when to when the caller speaks, and the words."""


@dataclass(frozen=True)
class Played:
    """A call that is over: its log, what the LLM was asked and what the voice said.

    `requests` are those of the LLM and then those of who took over from it.
    """

    report: SessionReport
    requests: list[Request]
    spoken: list[Synthesis]

    @property
    def history(self) -> list[dict[str, Any]]:
        return self.report.data["chat_history"]["items"]

    @property
    def handoffs(self) -> list[tuple[str | None, str]]:
        """Who handed over to whom."""
        found = [item for item in self.history if item["type"] == "agent_handoff"]
        return [(item.get("old_agent_id"), item["new_agent_id"]) for item in found]

    @property
    def said(self) -> list[tuple[str, str]]:
        """The messages: who said what."""
        found = [item for item in self.history if item["type"] == "message"]
        return [(item["role"], item["content"][0]) for item in found]

    @property
    def voices(self) -> list[tuple[str, str]]:
        """What was said in which voice."""
        return [(spoken.text.strip(), spoken.voice) for spoken in self.spoken]

    @property
    def asked(self) -> list[str]:
        """Which agent the LLM was, by its instructions, each time that it was asked."""
        return [_instructed(request) for request in self.requests]

    def in_charge(self, at: float) -> str:
        """The agent that has the call at a moment (epoch seconds), by the log."""
        found = [i for i in self.history if i["type"] == "agent_handoff" and i["created_at"] <= at]
        return str(found[-1]["new_agent_id"])


def play(
    directory: Path,
    answers: Sequence[Mapping[str, Any]],
    *said: Said,
    agents: Mapping[str, Mapping[str, Any]] = AGENTS,
    length: float = 12.0,
    turn: Mapping[str, Any] | None = None,
    fallback: Sequence[Mapping[str, Any]] = (),
) -> Played:
    """Play a call; its report has passed the checker and lost nothing.

    Args:
        directory: Where its log goes.
        answers: The LLM's; `content` and `tool_calls` may be left out.
        said: What the caller says.
        agents: The section of the configuration.
        length: Seconds after which the call is closed.
        turn: Options of turn-taking.
        fallback: The answers of an LLM that takes over from the first, if there is to be one.
    """
    entry = {
        "user_speech": [
            {"start": start, "end": end, "text": text, "interim_at": None, "final_at": end + 0.2}
            for start, end, text in said
        ],
        "llm": [{"input": None, "content": "", "tool_calls": [], **answer} for answer in answers],
        "tts": [],
        "length": length,
        "greeting": None,
        "api": [],
        "options": dict(turn or {}),
    }
    path = directory / "scenarios.json"
    setup = json.loads(SCENARIOS.read_text())["setup"]
    path.write_text(json.dumps({"setup": setup, "scenarios": {"call": entry}}))
    played = virtual_time.run(_play(directory, path, agents, fallback))
    assert played.report.path is not None
    assert [str(f) for logged in read(played.report.path) for f in check(logged)] == []
    assert played.report.data["parley"]["recorder"]["losses"] == {}
    return played


async def _play(
    directory: Path,
    path: Path,
    agents: Mapping[str, Any],
    fallback: Sequence[Mapping[str, Any]],
) -> Played:
    scenario = load("call", path)
    log = {"directory": str(directory), "audio": False}
    config = config_of(scenario, directory, agents=agents, tools=[], log=log)
    if fallback:
        other = {"provider": config["llm"]["provider"], "args": {"answers": list(fallback)}}
        config["llm"] = {**config["llm"], "fallback": [other]}
    transport = MemoryTransport()
    call = Call(load_config(config), transport)

    async def far_side() -> None:
        scenario.speak(transport.far_end)
        await transport.far_end.join()
        await transport.far_end.connected()
        began = time.monotonic()
        await asyncio.sleep(max(0.0, began + scenario.length - time.monotonic()))
        await call.close()

    far = asyncio.create_task(far_side())
    report = await call.run()
    far.cancel()
    requests: list[Request] = []
    for llm in (call.services.llm, *call.services.fallback["llm"]):
        assert isinstance(llm, ScriptedLLM)
        requests += llm.requests
    assert isinstance(call.services.tts, ScriptedTTS)
    return Played(report, requests, call.services.tts.spoken)


def _instructed(request: Request) -> str:
    system = str(request.messages[0]["content"])
    return next(
        agent for agent in AGENTS if f"You are {'the ' * (agent == 'desk')}{agent}" in system
    )
