"""A recorder on a bot of Pipecat's own parts: what it writes, however the call ends."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import EndFrame, ManuallySwitchServiceFrame, TTSSpeakFrame
from pipecat.pipeline.parallel_pipeline import ParallelPipeline
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.pipeline.worker import ProcessorUnusablePolicy
from pipecat.services.llm_service import FunctionCallParams
from pipecat.utils.errors import ErrorCategory

from bot import attach
from bot.attached.call import AttachedCall
from eventlog.events import AgentState
from eventlog.journal import read as read_journal
from eventlog.signals import Signal
from tests.attach.plain_bot import ANSWER, ASKED, PlainBot, States
from tests.attach.story import faults, left_in, story
from tests.scripted.llm import ScriptedLLM

ONE_TURN = [
    "agent listening",
    "user speaking",
    "user listening",
    f"heard {ASKED!r}",
    "speech generate_reply",
    f"user: {ASKED}",
    "agent thinking",
    "agent speaking",
    f"assistant: {ANSWER}",
    "agent listening",
]

pytestmark = pytest.mark.slow


def attached(bot: PlainBot, folder: Path, **options: Any) -> AttachedCall:
    return attach(bot.worker, {"log": {"directory": str(folder)}}, **options)


async def one_turn(
    bot: PlainBot, folder: Path, end: Callable[[], Awaitable[None]], **runner_options: Any
) -> dict[str, Any]:
    """A question and its answer, and then the end of the call."""
    call = attached(bot, folder)
    states = States(call)

    async def script() -> None:
        await states.bot_is(AgentState.LISTENING)
        await bot.ask()
        await states.bot_is(AgentState.SPEAKING)
        await states.bot_is(AgentState.LISTENING)
        await end()

    report = await bot.hold(call, script, **runner_options)
    assert faults(report, folder) == []
    assert report["parley"]["recorder"]["losses"] == {}
    return report


async def test_a_caller_who_hangs_up_leaves_the_report_of_their_call(tmp_path: Path) -> None:
    bot = PlainBot()
    report = await one_turn(bot, tmp_path, bot.transport.far_end.leave)
    assert story(report) == [*ONE_TURN, "close participant_disconnected"]
    user, reply = [item for item in report["chat_history"]["items"] if item["type"] == "message"]
    assert user["transcript_confidence"] == pytest.approx(0.8)
    assert user["metrics"]["on_user_turn_completed_delay"] == 0.0
    assert reply["metrics"]["e2e_latency"] > 0
    assert [turn["assistant_item"] for turn in report["parley"]["turns"]] == [reply["id"]]


async def test_a_bot_that_ends_its_call_has_completed_its_task(tmp_path: Path) -> None:
    bot = PlainBot()
    report = await one_turn(bot, tmp_path, lambda: bot.worker.queue_frame(EndFrame()))
    assert story(report) == [*ONE_TURN, "close task_completed"]


async def test_a_cancelled_worker_was_shut_down_by_its_host(tmp_path: Path) -> None:
    bot = PlainBot()
    report = await one_turn(bot, tmp_path, lambda: bot.worker.cancel(reason="no more money"))
    assert story(report)[-1] == "close job_shutdown"
    assert report["parley"]["close_detail"] == {"who": "host", "what": "no more money"}


async def test_sigterm_ends_the_call_with_its_report(tmp_path: Path) -> None:
    async def end() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    report = await one_turn(PlainBot(), tmp_path, end, handle_sigterm=True)
    assert story(report) == [*ONE_TURN, "close job_shutdown"]
    assert report["parley"]["close_detail"] == {"who": "host", "what": "signal"}


async def test_a_service_that_can_no_longer_do_its_job_ends_the_call_if_the_bot_says_so(
    tmp_path: Path,
) -> None:
    llm = ScriptedLLM(answers=[{"input": ASKED, "content": ANSWER}])
    bot = PlainBot(llm=llm, processor_unusable_policy=ProcessorUnusablePolicy.END)

    async def end() -> None:
        await llm.push_error(
            "the key was revoked",
            category=ErrorCategory.AUTHENTICATION,
            force_treat_as_permanent=True,
        )

    report = await one_turn(bot, tmp_path, end)
    assert story(report)[-2:] == ["error llm_error", "close error"]
    assert report["events"][-1]["error"]["recoverable"] is False
    assert report["parley"]["close_detail"]["category"] == "authentication"


async def test_a_task_that_is_cancelled_from_outside_leaves_a_report(tmp_path: Path) -> None:
    bot = PlainBot()
    call = attached(bot, tmp_path)
    states = States(call)
    running = asyncio.create_task(bot.hold(call, asyncio.Event().wait))
    await states.bot_is(AgentState.LISTENING)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    report = (await call.report()).data
    assert story(report) == ["agent listening", "close job_shutdown"]
    assert faults(report, tmp_path) == []


async def test_an_interrupted_reply_is_cut_to_what_was_heard(tmp_path: Path) -> None:
    long = "One two three four five six seven eight nine ten eleven twelve thirteen."
    bot = PlainBot(llm=ScriptedLLM(answers=[{"input": ASKED, "content": long}]), seconds=0.6)
    call = attached(bot, tmp_path)
    states = States(call)
    far_end, heard = bot.transport.far_end, asyncio.Event()
    # Some words of it: pieces are of 20 ms.
    far_end.on_audio(lambda _piece: heard.set() if len(far_end.played) > 40 else None)

    async def script() -> None:
        await bot.ask()
        async with asyncio.timeout(20):
            await heard.wait()
        await bot.ask()
        await states.bot_is(AgentState.LISTENING)
        await far_end.leave()

    report = await bot.hold(call, script)
    [said] = [line for line in story(report) if line.startswith("assistant")]
    assert said.endswith("(cut)")
    assert said.startswith("assistant: One two")
    assert "thirteen" not in said
    assert faults(report, tmp_path) == []


async def test_what_the_bot_is_told_to_say_is_a_speech_of_its_own(tmp_path: Path) -> None:
    bot = PlainBot()
    call = attached(bot, tmp_path)
    states = States(call)

    async def script() -> None:
        await bot.worker.queue_frame(TTSSpeakFrame("Welcome."))
        await states.bot_is(AgentState.SPEAKING)
        await states.bot_is(AgentState.LISTENING)
        await bot.transport.far_end.leave()

    report = await bot.hold(call, script)
    assert story(report) == [
        "agent listening",
        "speech say",
        "agent speaking",
        "assistant: Welcome.",
        "agent listening",
        "close participant_disconnected",
    ]
    assert faults(report, tmp_path) == []


async def test_tools_of_the_bot_are_told(tmp_path: Path) -> None:
    async def get_weather(params: FunctionCallParams, location: str) -> None:
        """Tell the weather of a place.

        Args:
            location: The place.
        """
        await params.result_callback(f"It is sunny in {location}")

    wanted = {"name": "get_weather", "arguments": {"location": "Rome"}, "call_id": "call_1"}
    llm = ScriptedLLM(
        answers=[{"input": ASKED, "tool_calls": [wanted]}, {"content": "Sunshine there."}]
    )
    bot = PlainBot(llm=llm, tools=[get_weather])
    call = attached(bot, tmp_path)
    states = States(call)

    async def script() -> None:
        await bot.ask()
        await states.bot_is(AgentState.SPEAKING)
        await states.bot_is(AgentState.LISTENING)
        await bot.transport.far_end.leave()

    report = await bot.hold(call, script)
    assert story(report)[-6:] == [
        "agent thinking",
        "tools get_weather",
        "agent speaking",
        "assistant: Sunshine there.",
        "agent listening",
        "close participant_disconnected",
    ]
    [output] = [i for i in report["chat_history"]["items"] if i["type"] == "function_call_output"]
    assert output["output"] == "It is sunny in Rome"
    assert faults(report, tmp_path) == []


async def test_the_log_follows_a_switcher_from_one_member_to_the_next(tmp_path: Path) -> None:
    first, second = (ScriptedLLM(answers=[{"input": ASKED, "content": ANSWER}]) for _ in "ab")
    switcher = ServiceSwitcher([first, second])
    bot = PlainBot(llm=switcher)

    async def end() -> None:
        await bot.worker.queue_frame(ManuallySwitchServiceFrame(service=second))
        async with asyncio.timeout(10):
            await switched.wait()
        await bot.transport.far_end.leave()

    switched = asyncio.Event()
    switcher.strategy.add_event_handler("on_service_switched", lambda *_: switched.set())
    report = await one_turn(bot, tmp_path, end)
    assert story(report) == [*ONE_TURN, "close participant_disconnected"]
    parley = report["parley"]
    assert list(parley["providers"]) == ["stt", "llm", "tts"]
    name = "tests.scripted.llm:ScriptedLLM"
    assert (parley["providers"]["llm"]["provider"], parley["providers"]["llm"]["fallback"]) == (
        name,
        [name],
    )
    assert parley["providers"]["tts"]["voice"] == "numbers"
    [switch] = parley["switches"]
    assert (switch["slot"], switch["provider"], switch["previous"]) == ("llm", name, name)


async def test_further_services_of_a_slot_are_numbered(tmp_path: Path) -> None:
    spare = ParallelPipeline([ScriptedLLM()], [ScriptedLLM()])
    call = attached(PlainBot(llm=spare), tmp_path)
    assert list(read_journal(call.folder / "journal.jsonl")[0].providers) == [
        *("stt", "llm", "llm_2", "tts"),
    ]


async def test_a_silent_user_goes_away(tmp_path: Path) -> None:
    bot = PlainBot()
    config = {"log": {"directory": str(tmp_path)}, "turn": {"user_away_timeout": 0.2}}
    call = attach(bot.worker, config)
    away = asyncio.Event()
    call.listen(lambda event: away.set() if getattr(event, "new_state", None) == "away" else None)

    async def script() -> None:
        async with asyncio.timeout(10):
            await away.wait()
        await bot.transport.far_end.leave()

    report = await bot.hold(call, script)
    assert story(report) == ["agent listening", "user away", "close participant_disconnected"]
    assert report["options"]["user_away_timeout"] == 0.2


async def test_the_folder_holds_the_journal_and_the_report_and_the_dump_follows(
    tmp_path: Path,
) -> None:
    bot = PlainBot()
    log = {"directory": str(tmp_path / "sessions"), "dump": str(tmp_path / "dump.txt")}
    config: dict[str, Any] = {"log": log, "agent": {"name": "concierge"}, "tags": ["a"]}
    config["metadata"] = {"line": 1, "plan": "free"}
    labels: Any = {"tags": ["b", ""], "metadata": {"plan": "paid"}}
    call = attach(bot.worker, config, session_id="mine", room="lobby", **labels)
    report = await bot.hold(call, bot.transport.far_end.leave)
    folder = tmp_path / "sessions" / "mine"
    assert call.folder == folder
    assert left_in(folder) == ["journal.jsonl", "log.txt", "report.json", "timeline.html"]
    assert (report["job_id"], report["room"], report["tags"]) == ("mine", "lobby", ["a", "b"])
    assert report["parley"]["metadata"] == {"line": 1, "plan": "paid"}
    assert report["parley"]["recorder"]["losses"] == {"labels": 1}
    assert report["agent_name"] == "concierge"
    assert report["parley"]["attached"] is True
    assert report["audio_recording_path"] is None
    assert '"mine"' in (tmp_path / "dump.txt").read_text()
    header, signals, lost = read_journal(folder / "journal.jsonl")
    assert (header.attached, lost) == (True, 0)
    assert all(isinstance(signal, Signal) for signal in signals)


async def test_a_worker_has_one_recorder_however_often_it_is_asked_for(tmp_path: Path) -> None:
    bot = PlainBot()
    call = attached(bot, tmp_path)
    assert attached(bot, tmp_path) is call
    await bot.hold(call, bot.transport.far_end.leave)
    assert left_in(tmp_path) == [call.session]


async def test_a_disk_that_is_not_there_costs_the_call_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bot = PlainBot()
    call = attached(bot, tmp_path / "file")
    report = await bot.hold(call, bot.transport.far_end.leave)
    assert call.folder is None
    assert report["parley"]["recorder"]["losses"] == {"folder": 1}
