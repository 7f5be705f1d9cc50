"""Hooks of a builder: whatever becomes of one, the call and its report stand."""

import json
from pathlib import Path

import pytest

from bot.session import SessionReport
from tests.calls import hooks
from tests.calls.test_embedding import Watched, items

HERE = "tests.calls.hooks"
COUNTED = "hooks.on_call_end"


async def ended(directory: Path, hook: str, seconds: float = 5.0) -> SessionReport:
    """A call that is over at once."""
    watched = Watched(directory, hooks={"on_call_end": f"{HERE}:{hook}", "timeout": seconds})
    await watched.call.close()
    return await watched.call.run()


@pytest.mark.parametrize("hook", ["keep_report", "keep_report_async"])
async def test_the_end_of_a_call_hands_over_the_written_report(tmp_path: Path, hook: str) -> None:
    hooks.ended.clear()
    report = await ended(tmp_path, hook)
    assert hooks.ended == [report]
    assert report.data["parley"]["recorder"]["losses"] == {}


@pytest.mark.parametrize("hook", ["fail", "hang"])
async def test_a_hook_that_fails_at_the_end_is_counted_and_costs_no_report(
    tmp_path: Path, hook: str
) -> None:
    report = await ended(tmp_path, hook, seconds=0.2)
    assert report.path is not None
    assert json.loads(report.path.read_text()) == report.data
    assert report.data["parley"]["recorder"]["losses"] == {COUNTED: 1}


@pytest.mark.parametrize("hook", ["fail", "hang"])
async def test_a_turn_is_answered_though_its_hook_fails(tmp_path: Path, hook: str) -> None:
    answers = [{"content": "I am well.", "ttft": 0.1, "duration": 0.2}]
    watched = Watched(
        tmp_path,
        hooks={"on_user_turn_completed": f"{HERE}:{hook}", "timeout": 0.2},
        llm={"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": answers}},
    )
    report = await watched.run(watched.one_turn)
    assert [item["content"] for item in items(report, "assistant")] == [["I am well."]]
    [user] = items(report, "user")
    assert user["metrics"]["on_user_turn_completed_delay"] >= (0.2 if hook == "hang" else 0)
