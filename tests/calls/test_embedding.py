"""A call as its builder configures it and speaks to it while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.events import AgentState, AgentStateChanged, Event
from eventlog.reader import LoggedReport, Origin
from eventlog.signals import CloseReason
from tests.calls.playing import config_of, sequence
from tests.scripted.llm import ScriptedLLM
from tests.scripted.scenario import load

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."


class Watched:
    """A call and the moments of it that a script waits for."""

    def __init__(self, directory: Path, name: str = "plain_turn", **sections: Any) -> None:
        self.scenario = load(name)
        self.transport = MemoryTransport()
        self.call = Call(
            load_config(config_of(self.scenario, directory, **sections)), self.transport
        )
        self._states: dict[AgentState, asyncio.Event] = {s: asyncio.Event() for s in AgentState}
        self.call.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AgentStateChanged):
            for state, reached in self._states.items():
                reached.set() if state is event.new_state else reached.clear()

    async def bot_is(self, state: AgentState) -> None:
        async with asyncio.timeout(10):
            await self._states[state].wait()

    @property
    def llm(self) -> ScriptedLLM:
        assert isinstance(self.call.services.llm, ScriptedLLM)
        return self.call.services.llm

    async def run(self, script: Callable[[], Awaitable[None]]) -> SessionReport:
        running = asyncio.create_task(self.call.run())
        await self.transport.far_end.join()
        await self.transport.far_end.connected()
        try:
            await script()
        except BaseException:
            await self.call.close()
            await running
            raise
        report = await asyncio.wait_for(running, 20)
        logged = LoggedReport(report.data, Path("report.json"), 0, Origin.PARLEY)
        assert [str(finding) for finding in check(logged)] == []
        return report

    async def one_turn(self) -> None:
        self.scenario.speak(self.transport.far_end)
        await self.bot_is(AgentState.SPEAKING)
        await self.bot_is(AgentState.LISTENING)
        await self.call.close()


def items(report: SessionReport, role: str) -> list[dict[str, Any]]:
    history = report.data["chat_history"]["items"]
    return [item for item in history if item.get("role") == role]


async def test_a_greeting_can_be_generated(tmp_path: Path) -> None:
    llm = {"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": [{"content": "Hi!"}]}}
    greeting = {"agent": {"greeting": {"generate": "Greet the caller."}}, "llm": llm}
    watched = Watched(tmp_path, **greeting)

    async def listen() -> None:
        await watched.bot_is(AgentState.SPEAKING)
        await watched.bot_is(AgentState.LISTENING)
        await watched.call.close()

    report = await watched.run(listen)
    assert sequence(report.data) == [
        ("agent_state_changed", "initializing", "listening"),
        ("speech_created", "generate_reply", True),
        ("agent_state_changed", "listening", "thinking"),
        ("agent_state_changed", "thinking", "speaking"),
        ("conversation_item_added", "assistant", "Hi!", False),
        ("agent_state_changed", "speaking", "listening"),
        ("close", "user_initiated"),
    ]
    assert "e2e_latency" not in items(report, "assistant")[0]["metrics"]
    assert watched.llm.requests[0].messages[-1]["content"] == "Greet the caller."


async def test_the_hook_of_a_turn_is_timed_and_may_change_the_context(tmp_path: Path) -> None:
    hooks = {"on_user_turn_completed": "tests.calls.hooks:look_up"}
    answers = [{"content": "I am well.", "ttft": 0.1, "duration": 0.2}]
    llm = {"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": answers}}
    watched = Watched(tmp_path, hooks=hooks, llm=llm)
    report = await watched.run(watched.one_turn)
    [user] = items(report, "user")
    assert user["metrics"]["on_user_turn_completed_delay"] >= 0.05
    assert "nothing" in watched.llm.requests[0].messages[-1]["content"]
    [turn] = report.data["parley"]["turns"]
    [hook] = [part["seconds"] for part in turn["parts"] if part["name"] == "hook"]
    assert hook == pytest.approx(user["metrics"]["on_user_turn_completed_delay"], abs=0.001)


async def test_a_hook_can_refuse_a_turn(tmp_path: Path) -> None:
    watched = Watched(tmp_path, hooks={"on_user_turn_completed": "tests.calls.hooks:refuse"})

    async def speak() -> None:
        for utterance in watched.scenario.speak(watched.transport.far_end):
            await utterance.done()
        await asyncio.sleep(1.5)
        await watched.call.close()

    report = await watched.run(speak)
    assert items(report, "user") == items(report, "assistant") == []
    assert watched.llm.requests == []


async def test_after_the_last_permitted_round_of_tools_the_llm_answers_without(
    tmp_path: Path,
) -> None:
    calls = [
        {
            "content": "",
            "tool_calls": [{"name": "get_weather", "arguments": {"location": place}}],
            "ttft": 0.05,
            "duration": 0.1,
        }
        for place in ("Graz", "Linz")
    ]
    answers = [*calls, {"content": "I do not know.", "ttft": 0.05, "duration": 0.1}]
    watched = Watched(
        tmp_path,
        llm={"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": answers}},
        tools=["tests.calls.tools:get_weather"],
        # Asked early, the LLM would ask for its tool twice.
        turn={"max_tool_steps": 2, "detector": "none", "preemptive_generation": False},
    )
    report = await watched.run(watched.one_turn)
    assert [request.tool_choice == "none" for request in watched.llm.requests[:2]] == [False, False]
    assert watched.llm.requests[2].tool_choice == "none"
    assert [item["content"] for item in items(report, "assistant")] == [["I do not know."]]
    speeches = [event for event in report.data["events"] if event["type"] == "speech_created"]
    assert len(speeches) == 1


async def test_the_embedder_says_interrupts_and_asks_for_a_reply(tmp_path: Path) -> None:
    watched = Watched(tmp_path)

    async def embed() -> None:
        await watched.call.say(LONG)
        await watched.bot_is(AgentState.SPEAKING)
        await asyncio.sleep(1)
        await watched.call.interrupt()
        await watched.bot_is(AgentState.LISTENING)
        await watched.call.close(detail={"who": "test"})

    report = await watched.run(embed)
    [cut] = items(report, "assistant")
    assert cut["interrupted"] is True
    assert LONG.startswith(cut["content"][0])
    assert report.data["parley"]["close_detail"] == {"who": "test"}


async def test_a_close_that_drains_lets_the_bot_finish(tmp_path: Path) -> None:
    watched = Watched(tmp_path)

    async def bye() -> None:
        await watched.call.say("Goodbye then.")
        await watched.bot_is(AgentState.SPEAKING)
        await watched.call.close(CloseReason.TASK_COMPLETED, drain=True)

    report = await watched.run(bye)
    [said] = items(report, "assistant")
    assert (said["content"], said["interrupted"]) == (["Goodbye then."], False)
    assert report.close_reason == "task_completed"


async def test_a_close_in_mid_speech_keeps_what_was_heard(tmp_path: Path) -> None:
    watched = Watched(tmp_path)

    async def leave() -> None:
        await watched.call.say(LONG)
        await watched.bot_is(AgentState.SPEAKING)
        await asyncio.sleep(1)
        await watched.call.close()

    report = await watched.run(leave)
    [cut] = items(report, "assistant")
    assert cut["interrupted"] is True
    assert LONG.startswith(cut["content"][0])
    assert len(cut["content"][0]) < len(LONG)


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        ({"max_duration": 1.0}, "longest duration reached"),
        ({"idle_timeout": 1.0}, "idle timeout"),
    ],
)
async def test_a_call_that_lasts_too_long_is_shut_down(
    tmp_path: Path, limits: dict[str, float], what: str
) -> None:
    watched = Watched(tmp_path, call=limits)

    async def wait() -> None:
        await watched.transport.far_end.hung_up()

    report = await watched.run(wait)
    assert report.close_reason == "job_shutdown"
    assert report.data["parley"]["close_detail"] == {"who": "bot", "what": what}


async def test_a_failing_llm_is_an_error_of_the_log_and_the_call_goes_on(tmp_path: Path) -> None:
    answers = [{"error": "overloaded", "ttft": 0.05}]
    watched = Watched(
        tmp_path, llm={"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": answers}}
    )

    async def speak() -> None:
        watched.scenario.speak(watched.transport.far_end)
        await watched.bot_is(AgentState.THINKING)
        await watched.bot_is(AgentState.LISTENING)
        await watched.call.close()

    report = await watched.run(speak)
    [error] = [event for event in report.data["events"] if event["type"] == "error"]
    assert error["error"]["type"] == "llm_error"
    assert error["error"]["recoverable"] is True
    assert report.data["errors"]["llm"] == 1
    assert report.data["parley"]["failures"][0]["message"].endswith("overloaded")


async def test_a_folder_that_cannot_be_made_costs_the_log_and_not_the_call(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    watched = Watched(tmp_path / "taken" / "sessions")
    report = await watched.run(watched.one_turn)
    assert (report.folder, report.path, report.audio_path) == (None, None, None)
    assert len(items(report, "assistant")) == 1
    assert "folder" in report.data["parley"]["recorder"]["losses"]


async def test_an_id_from_outside_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    scenario = load("plain_turn")
    transport = MemoryTransport()
    config = load_config(config_of(scenario, tmp_path / "sessions"))
    call = Call(config, transport, session_id="../../etc/passwd")
    await call.close()
    report = await call.run()
    assert report.data["job_id"] == "../../etc/passwd"
    assert report.folder is not None
    assert report.folder.parent == (tmp_path / "sessions").resolve()
