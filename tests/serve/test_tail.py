"""`parley log tail` beside a real call: a server, a caller over WebRTC, and a terminal."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.serve.caller import Caller, calling
from tests.serve.config import scripted_file
from tests.serve.process import ROOT, Server, serving

COMMAND = [sys.executable, "-m", "bot.cli", "log", "tail", "--follow"]


@dataclass
class Tail:
    """A running command, and the two streams that it writes."""

    process: asyncio.subprocess.Process
    shown: asyncio.StreamReader
    notes: asyncio.StreamReader


@asynccontextmanager
async def tailing(folder: Path, *arguments: str) -> AsyncGenerator[Tail]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, str(folder), cwd=ROOT, stdout=pipe, stderr=pipe
    )
    assert process.stdout
    assert process.stderr
    tail = Tail(process, process.stdout, process.stderr)
    try:
        await until(tail.notes, "waiting for the next one")
        yield tail
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(stream: asyncio.StreamReader, words: str) -> str:
    """Read lines up to one that holds `words`."""
    async with asyncio.timeout(30):
        while line := (await stream.readline()).decode():
            if words in line:
                return line
    raise AssertionError(f"it ended without {words!r}")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    (tmp_path / "sessions").mkdir()
    async with serving(tmp_path, "--config", str(scripted_file(tmp_path))) as running:
        yield running


@pytest.fixture
async def caller(server: Server) -> AsyncGenerator[Caller]:
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as http, calling(http) as one:
        yield one


async def test_a_call_is_shown_while_it_goes_on_and_as_its_report_has_it(
    server: Server, caller: Caller
):
    sessions = server.folder / "sessions"
    async with tailing(sessions) as lines, tailing(sessions, "--json", "-n1000") as events:
        await caller.connect()
        await until(lines.shown, "agent Connected and ready.")
        caller.microphone.speak(1.0)
        await until(lines.shown, "user  is speaking")
        assert "e2e" in await until(lines.shown, "agent I am fine.")
        caller.send({"type": "parley", "action": "hangup"})
        await until(lines.shown, "call  closed: user_initiated")
        report = sessions / caller.session / "report.json"
        await until(lines.notes, f"closed: user_initiated; report: {report}")
        assert (await lines.process.wait(), await events.process.wait()) == (0, 0)
        told = (await events.shown.read()).decode().splitlines()
    assert [json.loads(line) for line in told] == json.loads(report.read_text())["events"]


async def test_a_killed_call_is_noticed(server: Server, caller: Caller):
    async with tailing(server.folder / "sessions") as tail:
        await caller.connect()
        await until(tail.shown, "agent Connected and ready.")
        server.process.kill()
        assert "parley log recover" in await until(tail.notes, "its process is gone")
        assert await tail.process.wait() == 1
