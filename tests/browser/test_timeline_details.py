"""What a page tells beside its lanes: what is cut short, what is not there, what it means."""

import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from eventlog.timeline.writing import write
from tests.browser.conftest import OpenTab
from tests.eventlog import drawn_calls as calls

pytestmark = pytest.mark.browser

# How many pixels of a strip of the canvas are drawn on; its place is in shares of the canvas.
DRAWN_ON = """async ([left, right, lane]) => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const canvas = document.getElementById("lanes");
  const label = [...document.querySelectorAll("#names li")].find((li) => li.textContent === lane);
  const ratio = canvas.width / canvas.clientWidth;
  const [top, high] = [parseFloat(label.style.top), parseFloat(label.style.height)];
  const pen = canvas.getContext("2d");
  const x = Math.round(left * canvas.width);
  const { data } = pen.getImageData(
    x, Math.round(top * ratio), Math.round(right * canvas.width) - x, Math.round(high * ratio),
  );
  return data.filter((value, place) => place % 4 === 3 && value > 100).length;
}"""


@pytest.fixture
def open_page(open_tab: OpenTab, tmp_path: Path):
    @asynccontextmanager
    async def opened(data: dict):
        write(calls.logged(data), tmp_path / "timeline.html")
        async with open_tab((tmp_path / "timeline.html").as_uri()) as tab:
            await expect(tab.page.locator("#lines .line").first).to_be_attached()
            yield tab.page

    return opened


async def test_a_long_text_that_is_opened_is_still_cut_off(open_page):
    data = calls.everything()
    [cut] = [
        event["item"]
        for event in data["events"]
        if event.get("item", {}).get("interrupted") is True
    ]
    cut["content"] = [calls.LONG]
    async with open_page(data) as page:
        line = page.locator(".line.cut")
        await line.get_by_role("button", name="all 100,000 characters").click()
        await expect(line.locator(".mark")).to_have_text("cut off")
        text = await line.locator(".text").evaluate("(text) => text.firstChild.data")
        assert text == calls.LONG
        await expect(line.get_by_role("button", name="all")).to_have_count(0)


async def test_the_legend_has_the_parts_in_the_order_in_which_they_are_waited_for(open_page):
    data = calls.everything()
    [first, *_] = data["parley"]["turns"]
    first["parts"] = [
        {"name": "transcription", "seconds": 0.4},
        {"name": "hook", "seconds": 0.0001},
        *first["parts"][2:],
        {"name": "endpointing", "seconds": 0.2199},
    ]
    async with open_page(data) as page:
        names = await page.locator("#legend li").all_inner_texts()
        assert names == ["transcription", "endpointing", "llm", "tools", "tts", "playback", "other"]
        assert "hook" not in await page.locator("#waits .answer .parts").first.inner_text()


async def test_who_served_is_told_where_it_changes(open_page):
    data = calls.an_hour(3)
    replies = [event["item"] for event in data["events"] if event.get("item", {}).get("metrics")]
    replies = [item["id"] for item in replies if item["role"] == "assistant"][:3]
    turn = {"parts": [], "providers": {"llm": "openai"}}
    data["parley"] = {"turns": [turn | {"assistant_item": item} for item in replies]}
    data["parley"]["turns"][2]["providers"] = {"llm": "groq"}
    async with open_page(data) as page:
        told = await page.locator("#waits .answer .parts").all_text_contents()
    assert [re.findall("llm: ([a-z]+)", words) for words in told[:3]] == [["openai"], [], ["groq"]]


async def test_a_lane_in_which_nothing_happened_says_so(open_page):
    data = calls.everything()
    data["events"] = [event for event in data["events"] if event["type"] != "error"]
    async with open_page(data) as page:
        assert await page.evaluate(DRAWN_ON, [0.01, 0.09, "Errors"]) > 20
        await page.get_by_label("Zoom in").click()  # it says so of whatever is on screen
        assert await page.evaluate(DRAWN_ON, [0.01, 0.09, "Errors"]) > 20


async def test_a_browser_that_shows_the_page_smaller_draws_all_of_it(open_page):
    """Its canvas has fewer pixels than its style has."""
    data = calls.everything()
    data["events"].insert(-1, calls.error("llm_error", "some.LLM", 22.0))
    async with open_page(data) as page:
        tools = await page.context.new_cdp_session(page)
        size = {"width": 1280, "height": 900, "deviceScaleFactor": 0.5, "mobile": False}
        await tools.send("Emulation.setDeviceMetricsOverride", size)
        await page.wait_for_function("devicePixelRatio === 0.5")
        await page.evaluate("dispatchEvent(new Event('resize'))")
        await page.get_by_label("Zoom in").click()
        await page.get_by_role("button", name="Whole call").click()
        assert await page.evaluate(DRAWN_ON, [0.78, 0.84, "Errors"]) > 10  # its words


async def test_the_head_names_the_zone_of_its_time(open_page):
    async with open_page(calls.everything()) as page:
        await expect(page.locator("#about span").first).to_contain_text(
            re.compile(r"UTC|GMT|[A-Z]{3}")
        )
