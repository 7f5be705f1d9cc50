"""What lies beside the report of somebody else's bot for whoever asks why."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from loguru import logger
from pipecat.workers.runner import WorkerRunner

from bot import attach
from eventlog.events import AgentState
from parley import setup_file
from tests.attach.plain_bot import ANSWER, ASKED, PlainBot, States
from tests.attach.story import left_in

pytestmark = pytest.mark.slow


async def one_call(folder: Path, name: str) -> tuple[Path, dict[str, Any]]:
    """A call as Pipecat's runner holds it, in a task of its own; its folder and its report."""
    bot = PlainBot()
    config = {"log": {"directory": str(folder), "llm": True}, "agent": {"name": name}}
    call = attach(bot.worker, config)
    states = States(call)
    call.listen(lambda event: logger.debug(f"{name}: {type(event).__name__}"))
    call.listen(lambda event: logging.getLogger("tests.tools").warning("%s: a tool's", name))

    async def script() -> None:
        await states.bot_is(AgentState.LISTENING)
        await bot.ask()
        await states.bot_is(AgentState.SPEAKING)
        await states.bot_is(AgentState.LISTENING)
        await bot.transport.far_end.leave()

    report = await bot.hold(call, script)
    assert call.folder is not None
    return call.folder, report


async def test_two_attached_calls_at_once_have_each_only_their_own_lines(tmp_path: Path) -> None:
    tasks = [asyncio.create_task(one_call(tmp_path, name)) for name in ("anna", "ben")]
    for (folder, report), own, other in zip(
        await asyncio.gather(*tasks), ("anna", "ben"), ("ben", "anna"), strict=True
    ):
        text = (folder / "log.txt").read_text(encoding="utf-8")
        assert f" {own}: ConversationItemAdded" in text
        assert f" {own}: a tool's" in text
        assert f" {other}: " not in text
        assert "The report of this call: " in text
        assert report["parley"]["recorder"]["losses"] == {}


async def test_calls_that_were_attached_in_one_task_have_each_only_their_own_lines(
    tmp_path: Path,
) -> None:
    bots = [PlainBot(), PlainBot()]
    calls = [attach(bot.worker, {"log": {"directory": str(tmp_path)}}) for bot in bots]
    for bot, call in zip(bots, calls, strict=True):
        states = States(call)

        async def script(bot: PlainBot = bot, states: States = states) -> None:
            await states.bot_is(AgentState.LISTENING)
            await bot.transport.far_end.leave()

        await bot.hold(call, script)
    texts = [(call.folder / "log.txt").read_text() for call in calls if call.folder is not None]
    for text, own, other in zip(texts, bots, reversed(bots), strict=True):
        assert f" {own.worker.name}: StartFrame" in text
        assert f" {other.worker.name}: StartFrame" not in text


async def test_a_call_that_the_setup_file_attaches_has_the_log_of_its_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPECAT_SETUP_FILES", setup_file.__file__)
    monkeypatch.setenv("PARLEY_LOG_DIR", str(tmp_path))
    bot = PlainBot()
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(bot.worker)
    running = asyncio.create_task(runner.run())
    await bot.transport.far_end.join()
    await bot.transport.far_end.connected()
    await bot.ask()
    await runner.cancel()
    await running
    [folder] = left_in(tmp_path)
    text = (tmp_path / folder / "log.txt").read_text(encoding="utf-8")
    assert "SpeechTimeoutUserTurnStopStrategy" in text
    assert "The report of this call: " in text


async def test_what_the_llm_of_an_attached_bot_was_asked_is_kept_and_linked(tmp_path: Path) -> None:
    folder, report = await one_call(tmp_path, "anna")
    [line] = [json.loads(text) for text in (folder / "llm.jsonl").read_text().splitlines()]
    assert line["messages"] == [{"role": "user", "content": ASKED}]
    assert line["answer"] == {"text": ANSWER, "calls": []}
    assert (line["agent"], line["outcome"]) == ("anna", "completed")
    [reply] = [i for i in report["chat_history"]["items"] if i.get("role") == "assistant"]
    assert report["parley"]["requests"] == {reply["id"]: line["id"]}
