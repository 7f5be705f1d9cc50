"""`parley serve` in a process of its own: how it starts, what it says, and how it ends."""

import asyncio
import json
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.serve.caller import calling
from tests.serve.config import scripted_file
from tests.serve.process import Server, serving, start


async def end(server: Server, *signals: signal.Signals) -> float:
    """Send signals, each as soon as the one before can have been noticed; returns the seconds."""
    begun = time.monotonic()
    for number in signals:
        server.process.send_signal(number)
        await asyncio.sleep(0.2)
    assert await server.ended() == 0, "\n".join(server.lines)
    return time.monotonic() - begun


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGINT, signal.SIGINT)],
    ids=["SIGTERM", "Ctrl-C", "Ctrl-C twice"],
)
async def test_a_signal_closes_the_calls_under_way(
    tmp_path: Path, signals: tuple[signal.Signals, ...]
):
    """Their reports are written, and the process has ended within five seconds."""
    async with (
        serving(tmp_path, "--config", str(scripted_file(tmp_path))) as server,
        httpx.AsyncClient(base_url=server.url, timeout=20) as http,
        calling(http) as caller,
    ):
        await caller.connect()
        await caller.told("agent_state_changed", lambda event: event["new_state"] == "speaking")
        assert await end(server, *signals) < 5
    [path] = server.reports
    report = json.loads(path.read_text())
    assert report["events"][-1]["reason"] == "job_shutdown"
    assert report["parley"]["close_detail"] == {"who": "host", "what": signals[0].name}
    assert any("closing 1 call(s)" in line for line in server.lines)
    assert not any("Traceback" in line for line in server.lines)


async def test_a_server_without_calls_ends_at_once(tmp_path: Path):
    async with serving(tmp_path, "--config", str(scripted_file(tmp_path))) as server:
        assert await end(server, signal.SIGTERM) < 5


@pytest.mark.models
async def test_ctrl_c_while_the_models_load_ends_it(tmp_path: Path):
    server = await start(tmp_path, "--config", "local", "--port", "0")
    await server.read_until("Using .*local.yaml")
    await server.read_until("loaded ")
    assert await end(server, signal.SIGINT) < 5


@pytest.mark.models
async def test_without_keys_it_says_that_everything_runs_here(tmp_path: Path):
    async with serving(tmp_path) as server:
        first = server.lines[0]
    assert first.startswith("No DEEPGRAM_API_KEY, OPENAI_API_KEY, ELEVENLABS_API_KEY: using ")
    assert first.endswith("configs/local.yaml, everything runs on this machine.")
    assert sum("loaded" in line for line in server.lines) == 3


async def test_a_port_in_use_is_told_in_one_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        server = await start(tmp_path, "--config", "local", "--port", port)
        assert await server.ended(within=60) == 1
    assert server.lines[1:] == [
        f"parley serve: port {port} on 127.0.0.1 is in use: stop what uses it, "
        "or give another --port"
    ]


async def test_a_wrong_configuration_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "wrong.yaml").write_text("extends: local\nllm: {provider: opneai}\n")
    server = await start(tmp_path, "--config", "wrong.yaml")
    assert await server.ended(within=60) == 2
    assert len(server.lines) == 1
    assert "wrong.yaml: llm.provider" in server.lines[0]


async def test_a_missing_key_is_told_before_anybody_calls(tmp_path: Path):
    server = await start(tmp_path, "--config", "default", "--port", "0")
    assert await server.ended(within=60) == 2
    for key in ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY"):
        assert any(key in line for line in server.lines)
    assert not any("Open http" in line for line in server.lines)
