"""Why did it say that: on the page of a call, in a real browser."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from eventlog.reader import read
from eventlog.timeline.writing import write
from tests.browser.conftest import OpenTab
from tests.eventlog import asked_calls as calls
from tests.eventlog.drawn_calls import EVIL

pytestmark = pytest.mark.browser

# The names of the parts that are on screen, and whether each is open.
PARTS = """() => [...document.querySelectorAll("#asked-body > *")].map((part) =>
  part.firstChild.textContent + (part.open ? " (open)" : ""))"""


@asynccontextmanager
async def opened(open_tab: OpenTab, folder: Path) -> AsyncGenerator[Page]:
    """The page of a call with requests; it complains of nothing and asks no host for anything."""
    [report] = read(calls.in_folder(folder))
    page = folder / "timeline.html"
    write(report, page)
    async with open_tab(page.as_uri()) as tab:
        await expect(tab.page.locator("#lines .line").first).to_be_attached()
        yield tab.page
        assert tab.complaints == []
        assert tab.hosts <= {""}


def line(page: Page, words: str):
    return page.locator("#lines .line", has_text=words)


async def test_why_opens_the_request_that_a_reply_answers(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        await line(page, "It rains in Bergen").get_by_role("button", name="Why?").click()
        dialog = page.get_by_role("dialog", name="What the LLM was asked")
        await expect(dialog).to_be_visible()
        await expect(dialog).to_contain_text("Request 3 of 4")
        await expect(dialog).to_contain_text("openai · gpt-4.1-mini · desk · llm_3")
        assert await page.evaluate(PARTS) == [
            *("What came back", "New since the request before", "Before that: 2 messages"),
            *("Instructions", "1 tool", "Settings"),
        ]
        came = dialog.locator(".came li")
        assert await came.all_text_contents() == [
            *("answered", "first token after 0.310 s", "all after 0.800 s"),
            *("120 prompt tokens", "9 completion tokens"),
        ]
        fresh = dialog.locator("section", has_text="New since").locator(".message")
        assert await fresh.all_text_contents() == [
            'Agentget_weather({"city": "Bergen"})',
            "Toolrain, 9",
        ]
        await dialog.get_by_text("Instructions").click()
        await expect(dialog).to_contain_text("You make no jokes.")
        await dialog.get_by_text("Before that").click()
        await expect(dialog).to_contain_text("What is the weather in Bergen?")
        await dialog.get_by_text("1 tool").click()
        await expect(dialog).to_contain_text("Tell the weather of a city.")
        await dialog.get_by_text("Settings").click()
        await expect(dialog.get_by_text("temperature")).to_be_visible()


async def test_a_tool_call_has_its_request_too(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        await line(page, "get_weather(").get_by_role("button", name="Why?").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Request 2 of 4")
        await expect(dialog.locator(".code").first).to_have_text('get_weather({"city": "Bergen"})')


async def test_only_what_the_llm_was_asked_for_has_a_why(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        await expect(page.locator(".line .why")).to_have_count(4)
        await expect(line(page, "Connected and ready").locator(".why")).to_have_count(0)


async def test_what_was_never_given_is_among_all_requests(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        await page.get_by_role("button", name="4 LLM requests").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.locator(".came li").first).to_have_text("begun early, never given")
        await expect(dialog).to_contain_text("Where?")
        await expect(dialog.get_by_role("button", name="Request before")).to_be_disabled()
        await dialog.get_by_role("button", name="Request after").click()
        await expect(dialog).to_contain_text("Request 2 of 4")


async def test_it_can_be_done_by_keyboard(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        why = line(page, "You are welcome.").get_by_role("button", name="Why?")
        await why.focus()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("region", name="The request")).to_be_focused()
        # The keys of the page behind do nothing meanwhile.
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("#at")).to_have_text("0:00.0")
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(why).to_be_focused()


async def test_the_moment_of_a_request_can_be_jumped_to(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        await line(page, "You are welcome.").get_by_role("button", name="Why?").click()
        await page.get_by_role("dialog").get_by_role("button", name="0:18.7").click()
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(page.locator("#at")).to_have_text("0:18.7")


async def test_words_of_a_request_are_words_and_nothing_else(open_tab: OpenTab, tmp_path: Path):
    async with opened(open_tab, tmp_path) as page:
        await line(page, "It rains in Bergen").get_by_role("button", name="Why?").click()
        said = page.locator("#asked-body .words").first
        assert await said.text_content() == f"It rains in Bergen. {EVIL}"
        assert await page.locator("#asked-body :is(img, script, a, iframe)").count() == 0


async def test_the_log_of_the_process_is_linked_with_its_warnings(
    open_tab: OpenTab, tmp_path: Path
):
    async with opened(open_tab, tmp_path) as page:
        facts = page.locator("#facts section", has_text="Log of the process")
        await expect(facts).to_contain_text("0:06.9slow ")
        link = facts.get_by_role("link", name="log.txt")
        assert await link.get_attribute("href") == "log.txt"
        await link.click()
        await expect(page.locator("body")).to_contain_text("all is well")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
async def test_axe_finds_nothing_in_a_request(
    open_tab: OpenTab, tmp_path: Path, scheme: str, width: int
):
    async with opened(open_tab, tmp_path) as page:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 800})
        before = await Axe().run(page)
        await line(page, "It rains in Bergen").get_by_role("button", name="Why?").click()
        for summary in await page.locator("#asked-body summary").all():
            await summary.click()
        found = await Axe().run(page)
        wide = await page.evaluate("document.getElementById('asked').getBoundingClientRect().width")
    issues = [
        (issue["id"], issue["impact"], issue["nodes"][0]["html"])
        for run in (before, found)
        for issue in run.response["violations"]
    ]
    assert issues == []
    assert wide < width
