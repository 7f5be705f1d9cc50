"""The trace of a call in a viewer that others have made: the Performance panel of Chromium's tools.

Debian's Chromium has no chrome://tracing; its developer tools read the same format. Their chart is
a canvas, so what they have understood is asked of their own reader, `models/trace`.
"""

import json
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect
from typer.testing import CliRunner

from eventlog.commands import app
from tests.browser.conftest import OpenTab
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.reading import dumped

pytestmark = pytest.mark.browser

PANEL = "devtools://devtools/bundled/devtools_app.html?panel=timeline"
# Each thread's name with its events: name, begin and duration (ms), how deep it lies in others.
UNDERSTOOD = """async (text) => {
  const { TraceModel } = await import("devtools://devtools/bundled/models/trace/trace.js");
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse(JSON.parse(text).traceEvents, { metadata: {} });
  const { Meta, Renderer } = model.parsedTrace(0).data;
  const [[number, call]] = [...Renderer.processes];
  const named = [...Meta.threadsInProcess.get(number)];
  return {
    call: Meta.processNames.get(number).args.name,
    threads: named.map(([, thread]) => thread.args.name),
    events: Object.fromEntries([...call.threads.values()].map((thread) => [
      thread.name,
      thread.entries.map((entry) => [
        entry.name, entry.ts / 1000, entry.dur / 1000, Renderer.entryToNode.get(entry).depth,
      ]),
    ])),
  };
}"""


@pytest.fixture
def traced(tmp_path: Path):
    """Export the trace of a report, as somebody at a terminal does."""

    def export(data: dict) -> str:
        (tmp_path / "report.json").write_text(json.dumps(data), encoding="utf-8")
        done = CliRunner().invoke(app, ["export", "trace", str(tmp_path)])
        assert done.exit_code == 0, done.stderr
        return (tmp_path / "call.trace.json").read_text(encoding="utf-8")

    return export


async def understood(page: Page, trace: str) -> dict:
    """Load a trace into the panel, and what its reader makes of it."""
    file = FilePayload(name="a.json", mimeType="application/json", buffer=trace.encode())
    await page.locator("input[type=file]").set_input_files(file)
    # What was loaded has a place in the list of recordings, what was refused has none.
    await expect(page.get_by_text("#1")).to_be_visible(timeout=30_000)
    return await page.evaluate(UNDERSTOOD, trace)


async def test_the_lanes_of_the_dump_are_threads_with_its_states_and_speech(
    open_tab: OpenTab, traced
):
    async with open_tab(PANEL) as tab:
        found = await understood(tab.page, traced(dumped()))
    assert found["call"] == "call AJ_r4vi52EqoUt8"
    assert found["threads"] == [
        "User", "User speech", "Interim", "Transcript", "Agent", "Agent speech", "Interruptions",
        "Latency", "Tools", "False interr.", "Errors",
    ]  # fmt: skip
    said = [name for name, *_ in found["events"]["User speech"]]
    assert said == ["Okay.", "Like, I want to know about Python language.", "Ok, ok, that's it,"]
    states = {name for name, *_ in found["events"]["Agent"]}
    assert states == {"initializing", "listening", "thinking", "speaking"}
    assert tab.complaints == []


async def test_each_latency_has_its_parts_inside(open_tab: OpenTab, traced):
    async with open_tab(PANEL) as tab:
        found = await understood(tab.page, traced(drawn.everything()))
    latencies = found["events"]["Latency"]
    whole = [event for event in latencies if event[3] == 0]
    assert [(name, round(seconds)) for name, _, seconds, _ in whole] == [
        ("e2e latency", 2600),
        ("e2e latency", 1400),
    ]
    for _, begin, lasts, _ in whole:
        inside = [e for e in latencies if e[3] == 1 and begin <= e[1] < begin + lasts]
        assert sum(seconds for _, _, seconds, _ in inside) == pytest.approx(lasts)
    assert [name for name, *_ in found["events"]["Tools"]] == [
        'get_weather({"city": "Bergen"}) \N{RIGHTWARDS ARROW} rain, 9',
        "get_wind({}) \N{RIGHTWARDS ARROW} failed: no such station",
    ]
    assert tab.complaints == []


async def test_a_hostile_call_does_no_harm_there(open_tab: OpenTab, traced):
    async with open_tab(PANEL) as tab:
        found = await understood(tab.page, traced(drawn.hostile()))
        assert await tab.page.evaluate("window.evil") is None
    assert len(found["events"]["User speech"]) == 5
    assert tab.complaints == []
