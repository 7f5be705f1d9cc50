"""`python -m bot`: the bot behind Pipecat's own development runner, called over WebRTC."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import httpx

from eventlog.checker import check
from eventlog.reader import read
from tests.serve.caller import calling
from tests.serve.config import scripted_file
from tests.serve.process import ROOT


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


async def test_the_bot_talks_behind_pipecats_own_runner(tmp_path: Path) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "-t", "webrtc", "--host", "127.0.0.1", "--port", str(port)),
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PARLEY_CONFIG": str(scripted_file(tmp_path)),
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
            await until_up(http)
            async with calling(http) as caller:
                await caller.connect()
                async with asyncio.timeout(20):
                    await caller.heard.wait()
        report = await asyncio.to_thread(written, tmp_path / "sessions")
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 20)

    [logged] = read(report)
    assert [str(finding) for finding in check(logged)] == []
    assert logged.data["events"][-1]["reason"] == "participant_disconnected"
    spoken = [item["content"][0] for item in logged.data["chat_history"]["items"][1:]]
    assert spoken[0].startswith("Connected")


async def until_up(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await http.get("/status")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return


def written(folder: Path) -> Path:
    """Wait for the report of a call that another process ends."""
    deadline = time.monotonic() + 30
    while not (reports := list(folder.glob("*/report.json"))):
        assert time.monotonic() < deadline, "no report was written"
        time.sleep(0.1)
    return reports[0]
