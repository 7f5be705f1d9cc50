"""The process's log of a call, beside its report, of calls that one process holds at once."""

import asyncio
import logging
import re
import stat
from pathlib import Path

import pytest
from loguru import logger

from bot.session import SessionReport
from tests.calls import hooks
from tests.calls.test_embedding import Watched
from tests.calls.test_hooks import HERE
from tests.calls.test_tools import calling

pytestmark = pytest.mark.slow

tools = logging.getLogger("tests.tools")


def log_of(report: SessionReport) -> str:
    assert report.folder is not None
    return (report.folder / "log.txt").read_text(encoding="utf-8")


async def test_two_calls_at_once_have_each_only_their_own_lines(tmp_path: Path) -> None:
    calls = [Watched(tmp_path), Watched(tmp_path)]
    for watched, who in zip(calls, ("Anna", "Ben"), strict=True):
        # A line that says whose it is, out of a task of Pipecat's in the middle of the call.
        watched.call.listen(lambda event, who=who: logger.debug(f"{who}: {type(event).__name__}"))
        watched.call.listen(lambda event, who=who: tools.warning("%s: in Python's own log", who))
    anna, ben = await asyncio.gather(*(watched.run(watched.one_turn) for watched in calls))
    logger.info("after both")
    tools.warning("after both")
    for report, own, other in ((anna, "Anna", "Ben"), (ben, "Ben", "Anna")):
        text = log_of(report)
        told = [event["type"] for event in report.data["events"]]
        assert len(re.findall(rf"\b{own}: \w+$", text, re.MULTILINE)) >= len(told) - 1
        assert text.count(f"{own}: in Python's own log") >= len(told) - 1
        assert f"{other}:" not in text
        assert "after both" not in text
        assert "pipecat.pipeline.worker:" in text
    # Pipecat numbers its processors: no line of either log speaks of one that is the other's.
    names = [set(re.findall(r"\bScriptedLLM#\d+", log_of(report))) for report in (anna, ben)]
    assert names[0]
    assert names[0].isdisjoint(names[1])


async def test_what_tools_log_is_in_the_log_also_from_their_threads(tmp_path: Path) -> None:
    names = ("blocks", "awaits")
    sections = {
        "llm": calling(*((name, {}) for name in names)),
        "tools": [f"tests.calls.logging_tools:{name}" for name in names],
    }
    watched = Watched(tmp_path, **sections)
    text = log_of(await watched.run(watched.one_turn))
    assert re.search(r" WARNING tests\.calls\.logging_tools:blocks:\d+ the kettle is old\n", text)
    assert re.search(r" ERROR   tests\.calls\.logging_tools:awaits:\d+ The cupboard is", text)
    assert "\n    TimeoutError: no cup\n" in text


async def test_a_log_goes_on_until_the_report_is_written(tmp_path: Path) -> None:
    hooks.ended.clear()
    watched = Watched(tmp_path, hooks={"on_call_end": f"{HERE}:fail", "timeout": 5})
    await watched.call.close()
    report = await watched.call.run()
    assert report.folder is not None
    assert "on_call_end" in log_of(report)
    assert stat.S_IMODE((report.folder / "log.txt").stat().st_mode) == 0o600


@pytest.mark.parametrize(("level", "kept"), [("null", None), ("error", "")])
async def test_the_level_of_a_log_is_configured(
    tmp_path: Path, level: str, kept: str | None
) -> None:
    log = {"directory": str(tmp_path), "audio": False, "level": None if level == "null" else level}
    watched = Watched(tmp_path, log=log)
    await watched.call.close()
    report = await watched.call.run()
    assert report.folder is not None
    file = report.folder / "log.txt"
    assert (file.read_text() if file.exists() else None) == kept
