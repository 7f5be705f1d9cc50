"""log.txt: the lines of one call and of no other, without keys, whatever the disk does."""

import asyncio
import os
import re
import stat
import threading
from pathlib import Path

import pytest
from loguru import logger

from bot.traces import log_form
from bot.traces.log_lines import LogLines
from bot.traces.masking import Masking

KEY = "key-of-a-vendor"


def lines_in(folder: Path) -> list[str]:
    """What was said in a log, without time, level and place."""
    text = (folder / "log.txt").read_text(encoding="utf-8")
    return re.findall(r"^\S+Z \S+ +\S+:\d+ (.*)$", text, re.MULTILINE)


def opened(folder: Path, *, level: str = "debug", losses: list | None = None) -> LogLines:
    folder.mkdir(exist_ok=True)
    told = losses if losses is not None else []
    return LogLines(folder, level, Masking([KEY], {}), lambda *loss: told.append(loss))


async def held(folder: Path, name: str, meet: asyncio.Barrier) -> None:
    """Something like a call: it logs itself, in a task, in a thread, and after both."""
    lines = opened(folder)
    lines.begin()

    async def task() -> None:
        await meet.wait()
        logger.debug(f"{name} in a task")

    await asyncio.gather(asyncio.create_task(task()), task())
    await asyncio.to_thread(logger.info, f"{name} in a thread")
    lines.end()
    logger.info(f"{name} is over")
    lines.close()


async def test_calls_at_the_same_time_have_each_their_own_lines(tmp_path: Path) -> None:
    meet = asyncio.Barrier(4)
    await asyncio.gather(held(tmp_path / "a", "a", meet), held(tmp_path / "b", "b", meet))
    for name in "ab":
        expected = [f"{name} in a task"] * 2 + [f"{name} in a thread"]
        assert lines_in(tmp_path / name) == expected


async def test_what_was_begun_outside_of_a_call_is_in_no_log(tmp_path: Path) -> None:
    go, done = asyncio.Event(), asyncio.Event()

    async def older() -> None:
        await go.wait()
        logger.info("from before")
        done.set()

    task = asyncio.create_task(older())
    lines = opened(tmp_path)
    lines.begin()
    go.set()
    await done.wait()
    thread = threading.Thread(target=logger.info, args=["from a thread of its own"])
    thread.start()
    thread.join()
    logger.info("from the call")
    lines.end()
    lines.close()
    await task
    assert lines_in(tmp_path) == ["from the call"]


def test_each_line_begins_with_its_time_its_level_and_where_it_comes_from(tmp_path: Path) -> None:
    lines = opened(tmp_path)
    lines.begin()
    logger.warning("one\n2026-01-01T00:00:00.000Z ERROR two")
    lines.end()
    lines.close()
    first, second = (tmp_path / "log.txt").read_text().splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{time} WARNING tests\.traces\.test_log_lines:\w+:\d+ one", first)
    # Words that hold a line break must not look like a line of the log.
    assert second == "    2026-01-01T00:00:00.000Z ERROR two"


def test_only_lines_from_the_level_on_are_kept(tmp_path: Path) -> None:
    lines = opened(tmp_path, level="warning")
    lines.begin()
    logger.info("chatter")
    logger.error("trouble")
    lines.end()
    lines.close()
    assert lines_in(tmp_path) == ["trouble"]


def test_no_key_is_in_it_not_even_in_a_traceback(tmp_path: Path) -> None:
    lines = opened(tmp_path)
    lines.begin()
    key = KEY
    logger.info(f"connecting with {key}")
    logger.info("Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789")
    try:
        raise ValueError(f"refused {key[:3]}...")
    except ValueError:
        logger.exception("It failed")
    lines.end()
    lines.close()
    text = (tmp_path / "log.txt").read_text()
    assert KEY not in text
    assert "abcdefghijklmnopqrstuvwxyz" not in text
    assert "ValueError: refused key..." in text
    assert stat.S_IMODE((tmp_path / "log.txt").stat().st_mode) == 0o600


def test_a_line_as_long_as_a_conversation_is_shortened(tmp_path: Path) -> None:
    lines = opened(tmp_path)
    lines.begin()
    logger.debug("x" * 10 * log_form.LONGEST)
    lines.end()
    lines.close()
    text = (tmp_path / "log.txt").read_text()
    assert "x" * log_form.LONGEST in text
    assert "x" * (log_form.LONGEST + 1) not in text
    assert text.endswith(" more characters)\n")


def test_a_disk_that_fails_is_counted_and_nobody_hears_of_it_in_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def full(file: int, data: bytes) -> int:
        if threading.current_thread().name == "parley-log":
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(os, "write", full)
    losses: list = []
    lines = opened(tmp_path, losses=losses)
    lines.begin()
    logger.info("one")
    logger.info("two")
    lines.settle()
    assert losses == [(2, "No space left on device")]
    lines.end()
    lines.close()


def test_a_log_that_somebody_set_up_anew_meanwhile_is_closed_all_the_same(tmp_path: Path) -> None:
    lines = opened(tmp_path)
    lines.begin()
    logger.info("before")
    logger.remove()
    logger.info("after")
    lines.end()
    lines.close()
    assert lines_in(tmp_path) == ["before"]
