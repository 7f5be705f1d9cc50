"""The server's own table of calls in a real browser: it grows, and leads to the timelines."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.calls_table import HARMLESS, OVERFLOW, Table, issues_of
from tests.browser.conftest import OpenTab
from tests.browser.test_page import connected
from tests.eventlog.drawn_calls import with_recording
from tests.eventlog.index.stores import call, hostile, store, varied
from tests.serve.process import Server

pytestmark = pytest.mark.browser

# What a sound that the page asks for is like when it is there.
SOUND = """() => new Promise((done) => {
  const sound = document.getElementById("recording");
  const tell = () => done([sound.error, Math.round(sound.duration)]);
  if (sound.readyState > 0) tell();
  else for (const name of ["loadedmetadata", "error"]) sound.addEventListener(name, tell);
})"""


async def test_the_table_shows_the_calls_of_the_log_directory(
    scripted_server: Server, open_tab: OpenTab
):
    store(scripted_server.folder / "sessions", [call(n, at=60 * n, errors=n) for n in range(3)])
    async with open_tab(f"{scripted_server.url}/sessions") as tab:
        table = Table(tab.page)
        await expect(table.shown).to_have_text("3 calls")
        assert await table.jobs() == ["call-00002", "call-00001", "call-00000"]
        await table.sort_by("Errors")
        await table.sort_by("Errors")
        assert await table.column("errors") == ["0", "1", "2"]
        await tab.page.get_by_label("Search").fill("errors>0")
        await expect(table.shown).to_have_text("2 of 3 calls")
        await expect(tab.page.locator(".chart svg").first).to_have_attribute("role", "img")
        assert await tab.page.locator(".bar-calls").count() == 2
        await tab.page.get_by_role("link", name="Talk to the bot").click()
        await expect(tab.page.get_by_role("button", name="Connect")).to_be_visible()
    assert tab.complaints == []
    assert tab.hosts == {"127.0.0.1"}


async def test_a_row_opens_its_timeline_with_the_recording_and_has_its_files(
    scripted_server: Server, open_tab: OpenTab
):
    folder = scripted_server.folder / "sessions" / "25 Nov" / "recorded"
    folder.mkdir(parents=True)
    with_recording(folder)
    async with open_tab(f"{scripted_server.url}/sessions") as tab:
        page, table = tab.page, Table(tab.page)
        await expect(table.rows).to_have_count(1)
        async with page.expect_download() as downloading:
            await table.rows.first.get_by_role("link", name="report").click()
        report = await downloading.value
        assert report.suggested_filename == "job-report.json"
        path = await report.path()
        assert path.read_bytes() == (folder / "report.json").read_bytes()
        await table.rows.first.click()
        await expect(page.locator("#lines .line").first).to_be_attached()
        assert page.url.endswith("/sessions/25%20Nov/recorded/timeline.html")
        assert await page.evaluate(SOUND) == [None, 30]
        await page.go_back()
        await expect(table.rows).to_have_count(1)
    assert tab.complaints == []
    assert tab.hosts == {"127.0.0.1"}


async def test_a_call_that_ends_comes_into_the_table_and_its_timeline_is_one_click_away(
    scripted_server: Server, open_tab: OpenTab, silence: Path
):
    async with open_tab(scripted_server.url, microphone=silence) as tab:
        page = tab.page
        listing = await page.context.browser.new_page()
        await listing.goto(f"{scripted_server.url}/sessions")
        table = Table(listing)
        await expect(listing.locator("#nothing")).to_have_text("There is no finished call yet.")
        await page.bring_to_front()
        await connected(page)
        await page.get_by_role("button", name="Disconnect").click()
        timeline = page.get_by_role("link", name="Timeline of this call")
        await expect(timeline).to_be_visible()
        session = await page.locator("#session").inner_text()

        await listing.bring_to_front()
        await listing.get_by_role("button", name="Refresh").click()
        await expect(table.shown).to_have_text("1 call")
        assert await table.jobs() == [session]
        assert (await table.column("closed")) == ["user initiated"]

        await page.bring_to_front()
        await timeline.click()
        await expect(page.locator("#about")).to_contain_text(f"job {session}")
        await expect(page.locator("#lines")).to_contain_text("Connected and ready.")
        await page.go_back()
        await page.get_by_role("link", name="All calls").click()
        await expect(Table(page).rows).to_have_count(1)
    assert tab.complaints == []
    assert tab.hosts == {"127.0.0.1"}


async def test_new_calls_come_without_asking_and_the_view_stays(
    scripted_server: Server, open_tab: OpenTab
):
    sessions = store(scripted_server.folder / "sessions", [call(0, config="flux"), call(1)])
    async with open_tab(f"{scripted_server.url}/sessions#config=flux&sort=errors") as tab:
        table = Table(tab.page)
        await expect(table.shown).to_have_text("1 of 2 calls")
        await table.rows.first.get_by_role("link").first.focus()
        store(sessions / "new", [call(7, config="flux", errors=1)])
        (sessions / "new" / "call-00000").rename(sessions / "call-00007")
        await expect(table.shown).to_have_text("2 of 3 calls", timeout=15_000)
        assert await table.jobs() == ["call-00000", "call-00007"]
        await expect(table.rows.first.get_by_role("link").first).to_be_focused()
        assert tab.page.url.endswith("#config=flux&sort=errors")


async def test_a_server_that_is_gone_is_told(scripted_server: Server, open_tab: OpenTab):
    store(scripted_server.folder / "sessions", [call(0)])
    async with open_tab(f"{scripted_server.url}/sessions") as tab:
        await expect(Table(tab.page).rows).to_have_count(1)
        scripted_server.process.kill()
        await scripted_server.process.wait()
        await tab.page.get_by_role("button", name="Refresh").click()
        await expect(tab.page.get_by_role("alert")).to_contain_text("is `parley serve` still")
        await expect(Table(tab.page).rows).to_have_count(1)


async def test_hostile_calls_do_no_harm(scripted_server: Server, open_tab: OpenTab):
    store(scripted_server.folder / "sessions", hostile())
    async with open_tab(f"{scripted_server.url}/sessions") as tab:
        table = Table(tab.page)
        await expect(table.rows).to_have_count(4)
        assert await tab.page.evaluate(HARMLESS) == [None, 0]
        await table.rows.first.get_by_role("link").first.click()
        await expect(tab.page.locator("#about")).to_contain_text("job")
        assert await tab.page.evaluate("window.evil") is None
    assert tab.complaints == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
async def test_axe_finds_nothing_and_the_page_fits(
    scripted_server: Server, open_tab: OpenTab, scheme: str, width: int
):
    store(scripted_server.folder / "sessions", varied(60, days=6))
    async with open_tab(f"{scripted_server.url}/sessions") as tab:
        await tab.page.emulate_media(color_scheme=scheme)
        await tab.page.set_viewport_size({"width": width, "height": 800})
        await expect(Table(tab.page).rows).to_have_count(60)
        assert await issues_of(tab.page) == []
        assert await tab.page.evaluate(OVERFLOW) == 0
