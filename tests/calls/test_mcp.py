"""Tools of a real MCP server in a whole call, over stdio and over HTTP on this machine."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.session import SessionReport
from eventlog.events import AgentState
from tests.calls.test_embedding import Watched, items
from tests.calls.test_tools import calling

SERVER = [sys.executable, "-m", "tests.calls.mcp_server"]
STDIO: Mapping[str, Any] = {
    "command": SERVER[0],
    "args": [*SERVER[1:], "stdio"],
    "connect_timeout": 20,
}
KEY = "s3cret-and-not-to-be-seen"


@asynccontextmanager
async def serving(how: str) -> AsyncIterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(*SERVER, how, str(port))
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.kill()
        await process.wait()


async def outputs_of(
    directory: Path, server: Mapping[str, Any], *calls: tuple[str, dict[str, Any]], **sections: Any
) -> tuple[list[tuple[str, bool]], SessionReport]:
    """What the tools gave; the caller speaks once greeted, which is when the tools are there."""
    watched = Watched(
        directory,
        llm=calling(*calls),
        mcp=[dict(server)],
        agent={"greeting": "Hello."},
        turn={"detector": "none", "preemptive_generation": False},
        **sections,
    )

    async def greeted() -> None:
        async with asyncio.timeout(20):
            await watched.call._greeter.listening.wait()
        await watched.bot_is(AgentState.SPEAKING)
        await watched.bot_is(AgentState.LISTENING)
        watched.scenario.speak(watched.transport.far_end)
        await watched.bot_is(AgentState.SPEAKING)
        await watched.bot_is(AgentState.LISTENING)
        await watched.call.close()

    report = await watched.run(greeted)
    events = [e for e in report.data["events"] if e["type"] == "function_tools_executed"]
    outputs = [o for event in events for o in event["function_call_outputs"]]
    return [(output["output"], output["is_error"]) for output in outputs], report


async def test_a_server_that_is_run_by_its_command_serves_its_tools(tmp_path: Path) -> None:
    outputs, report = await outputs_of(
        tmp_path,
        {**STDIO, "env": {"TEA_KEY": KEY}},
        ("order_tea", {"cup": "blue"}),
        ("spill", {}),
        ("order_tea", {"cap": "blue"}),
    )
    assert outputs[0] == (f"A blue cup of tea is on its way, {KEY}.", False)
    assert outputs[1][1] is True
    assert "spill" in outputs[1][0]
    assert outputs[2][1] is True
    assert "cup" in outputs[2][0]
    assert all("Traceback" not in text for text, _ in outputs)
    assert items(report, "assistant")[-1]["content"] == ["There you are."]
    assert KEY not in json.dumps(report.data["parley"])


@pytest.mark.parametrize(
    ("how", "path", "said"), [("streamable-http", "mcp", "http"), ("sse", "sse", "sse")]
)
async def test_a_server_by_its_url_serves_its_tools(
    tmp_path: Path, how: str, path: str, said: str
) -> None:
    async with serving(how) as port:
        server = {"url": f"http://127.0.0.1:{port}/{path}", "transport": said}
        outputs, report = await outputs_of(
            tmp_path,
            {**server, "headers": {"X-Tea": KEY}},
            ("order_tea", {"cup": "red"}),
            ("spill", {}),
        )
    assert outputs[0] == ("A red cup of tea is on its way, from nobody.", False)
    assert outputs[1][1] is True
    assert KEY not in json.dumps(report.data)


async def test_a_server_that_hangs_gives_an_error_in_time(tmp_path: Path) -> None:
    outputs, _ = await outputs_of(
        tmp_path, {**STDIO, "timeout": 0.5}, ("brew_for_ever", {}), ("order_tea", {"cup": "red"})
    )
    assert outputs == [
        ("The function `brew_for_ever` did not answer within 0.5 seconds.", True),
        ("A red cup of tea is on its way, from nobody.", False),
    ]


async def test_a_server_that_dies_in_a_call_gives_an_error_and_the_call_goes_on(
    tmp_path: Path,
) -> None:
    outputs, report = await outputs_of(tmp_path, STDIO, ("die", {}))
    assert outputs == [("The function `die` failed and returned no result.", True)]
    assert items(report, "assistant")[-1]["content"] == ["There you are."]


@pytest.mark.parametrize(
    "server",
    [
        {"url": "http://127.0.0.1:9/mcp?key=" + KEY},
        {"command": "no-such-program-at-all"},
        {"command": sys.executable, "args": ["-c", "input()"], "connect_timeout": 0.5},
    ],
    ids=["refused", "no program", "silent"],
)
async def test_without_a_server_that_cannot_be_reached_the_call_goes_on(
    tmp_path: Path, server: dict[str, Any]
) -> None:
    outputs, report = await outputs_of(tmp_path, server, ("order_tea", {"cup": "red"}))
    assert outputs == [("The function `order_tea` is not currently available.", True)]
    [failure] = report.data["parley"]["failures"]
    assert failure["message"].startswith("MCP server ")
    assert failure["provider"] == "mcp"
    [error] = [event for event in report.data["events"] if event["type"] == "error"]
    assert error["error"]["recoverable"] is True
    assert KEY not in json.dumps(report.data)


async def test_without_a_server_that_is_required_there_is_no_call(tmp_path: Path) -> None:
    watched = Watched(tmp_path, mcp=[{"command": "no-such-program-at-all", "required": True}])
    report = await watched.run(watched.transport.far_end.hung_up)
    assert report.close_reason == "error"
    assert "no-such-program-at-all" in report.data["parley"]["close_detail"]["what"]
