"""The lanes beside a call: the person who talks sees the log being written."""

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from eventlog.reader import Origin
from eventlog.timeline.lanes import lanes
from eventlog.timeline.span import Span
from eventlog.view import View
from tests.browser.conftest import OpenTab, write_wav
from tests.browser.test_timeline import DRAWN, READING, STYLED
from tests.scripted.speech import silence, speech
from tests.serve.config import SCRIPTED
from tests.serve.process import Server, serving

pytestmark = pytest.mark.browser

# The colour in a lane just before now; what stands there is what goes on.
BEFORE_NOW = """([name, accent, up]) => {
  const canvas = document.getElementById("lanes");
  const label = [...document.querySelectorAll("#names li")].find((li) => li.textContent === name);
  const ratio = canvas.width / canvas.clientWidth;
  const y = (parseFloat(label.style.top) + parseFloat(label.style.height) * up) * ratio;
  const { data } = canvas.getContext("2d").getImageData(0, Math.round(y), canvas.width, 1);
  const colors = [];
  for (let x = 0; x < canvas.width; x += 1) {
    const [r, g, b, a] = data.slice(4 * x, 4 * x + 4);
    colors.push(a < 200 ? "nothing" : `rgb(${r}, ${g}, ${b})`);
  }
  return colors[colors.indexOf(accent) - Math.round(4 * ratio)];
}"""
INTERIMS = [{"text": "how", "after_start": 0.3}, {"text": "how are you", "after_start": 0.6}]
UTTERANCES = [
    {"text": "How are you today", "interims": INTERIMS, "final_after": 0.2},
    {"text": "Stop please", "final_after": 0.2},
]
ANSWERS = [
    {"input": "How are you today", "content": "I am fine and I like to talk about it."},
    {"input": "Stop please", "content": "As you wish."},
]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    """A bot that takes six seconds for each thing that it says."""
    config: dict[str, Any] = json.loads(json.dumps(SCRIPTED))
    config["stt"]["args"]["utterances"] = UTTERANCES
    config["llm"]["args"]["answers"] = ANSWERS
    config["tts"]["args"]["duration"] = 6
    path = tmp_path / "scripted.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    async with serving(tmp_path, "--config", str(path)) as running:
        yield running


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    """Somebody who says something when the bot has greeted, and interrupts the answer."""
    sound = silence(11) + speech(1) + silence(3.5) + speech(1) + silence(60)
    return write_wav(tmp_path / "microphone.wav", sound, 16000)


async def before_now(page: Page, lane: str, up: float) -> str:
    await page.evaluate(DRAWN)
    accent = await page.evaluate(STYLED, "accent")
    return await page.evaluate(BEFORE_NOW, [lane, accent, up])


async def eventually(page: Page, lane: str, color: str, up: float = 0.15) -> None:
    """Wait until a lane has a colour of the style sheet just before now."""
    wanted = await page.evaluate(STYLED, color)
    for _ in range(600):
        if await before_now(page, lane, up) == wanted:
            return
    raise AssertionError(f"the lane {lane} never was {color}")


def row(page: Page, lane: str):
    """The rows of the table that are about a lane."""
    return page.locator("#live-table tbody tr").filter(
        has=page.get_by_role("rowheader", name=lane, exact=True)
    )


def shown(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}:{rest // 1000:02d}.{rest % 1000:03d}"


def rows_of(report: dict[str, Any]) -> list[list[str]]:
    """What the table of a finished call has, which the lanes beside it end up as."""
    view = View.of(report, Origin.PARLEY)
    events = [event.at for event in view.events]
    drawn = lanes(view, Span(min(events), max(events)), {})
    return sorted(
        [
            shown(mark["a"]),
            shown(mark["b"]),
            lane["name"],
            f"{mark['t']} (cut off)" if mark["k"] == "cut" else mark["t"],
        ]
        for lane in drawn
        for mark in lane["marks"]
    )


async def test_the_lanes_of_a_call_are_seen_while_it_goes_on(
    server: Server, open_tab: OpenTab, microphone: Path
):
    async with open_tab(server.url, microphone=microphone) as tab:
        page = tab.page
        await expect(page.locator("#live")).to_be_hidden()
        await page.get_by_role("button", name="Connect").click()
        await expect(page.locator("#live")).to_be_visible(timeout=20_000)
        await page.get_by_text("The lanes as a table").click()
        await eventually(page, "Agent", "agent")
        await eventually(page, "User", "user")
        await expect(row(page, "Interim").last).to_contain_text("how", timeout=10_000)
        await expect(row(page, "Transcript")).to_contain_text("How are you today")
        await expect(row(page, "User speech")).to_contain_text("How are you today")
        await eventually(page, "User", "line", up=0.95)
        await eventually(page, "Agent", "agent")
        await eventually(page, "User", "user")
        cut = row(page, "Agent speech").filter(has_text="(cut off)")
        await expect(cut).to_contain_text(re.compile(r"I am fine.*\(cut off\)"), timeout=10_000)
        assert "talk about it" not in await cut.inner_text()
        answers = page.locator("#answers .answer")
        await expect(answers).to_have_count(1)
        await expect(answers.locator(".sum")).to_have_text(re.compile(r"\d\.\d{3} s"))
        await eventually(page, "Agent", "agent")

        await page.get_by_role("button", name="Disconnect").click()
        await expect(page.locator("#reason")).to_have_text("user_initiated", timeout=10_000)
        # What was said when the call was hung up on is told after its connection.
        last = row(page, "Agent speech").last
        await expect(last).to_contain_text("(cut off)")
        await expect(page.locator(".entry.cut")).to_have_count(2)
        session = await page.locator("#session").inner_text()
        cells = await page.evaluate(
            "[...document.querySelectorAll('#live-table tbody tr')]"
            ".map((row) => [...row.children].map((cell) => cell.textContent))"
        )
    assert [words for words in tab.complaints if READING not in words] == []
    assert tab.hosts == {"127.0.0.1"}
    report = json.loads((server.folder / "sessions" / session / "report.json").read_text())
    assert sorted(cells) == rows_of(report)


async def test_who_looks_back_is_left_there_until_now_is_on_screen_again(
    server: Server, open_tab: OpenTab, silence: Path
):
    async with open_tab(server.url, microphone=silence) as tab:
        page = tab.page
        follow = page.get_by_role("button", name="Follow")
        await page.get_by_role("button", name="Connect").click()
        await expect(page.locator(".entry.bot:not(.waiting)")).to_have_count(1, timeout=20_000)
        await page.get_by_role("button", name="Zoom in").click()
        await page.get_by_role("button", name="Zoom in").click()
        await expect(follow).to_have_attribute("aria-pressed", "true")
        box = await page.locator("#lanes").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 100, box["y"] + 60)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 260, box["y"] + 60, steps=20)
        await page.mouse.up()
        await expect(follow).to_have_attribute("aria-pressed", "false")
        await page.mouse.move(box["x"] + 100, box["y"] + 60)
        for _ in range(40):
            await page.get_by_role("button", name="Later").click()
            if await follow.get_attribute("aria-pressed") == "true":
                break
        await expect(follow).to_have_attribute("aria-pressed", "true")
        await page.get_by_role("button", name="Earlier").click()
        await expect(follow).to_have_attribute("aria-pressed", "false")
        await follow.click()
        await expect(follow).to_have_attribute("aria-pressed", "true")
    assert tab.complaints == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_axe_finds_nothing_serious_in_a_call(
    server: Server, open_tab: OpenTab, microphone: Path, scheme, width
):
    """Nor has anything to be scrolled sideways, and for who wants no motion there is little."""
    async with open_tab(server.url, microphone=microphone) as tab:
        page = tab.page
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 844})
        await page.get_by_role("button", name="Connect").click()
        await expect(page.locator(".entry.user:not(.interim)")).to_have_count(1, timeout=40_000)
        await page.get_by_text("The lanes as a table").click()
        found = await Axe().run(page)
        assert [
            (issue["id"], issue["nodes"][0]["html"]) for issue in found.response["violations"]
        ] == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(wide) == 0
        muted = page.get_by_role("button", name="Disconnect")
        place = await muted.bounding_box()
        assert place is not None
        assert place["y"] + place["height"] <= 844
    assert tab.complaints == []
