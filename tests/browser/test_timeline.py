"""The page of a call in a real browser: what is on screen, and that nothing in it does harm."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from eventlog.reader import read
from eventlog.timeline.writing import write
from tests.browser.conftest import OpenTab, Tab
from tests.eventlog import drawn_calls as calls
from tests.eventlog.reading import dumped

pytestmark = pytest.mark.browser

# The colour at a moment of a lane, while the whole call is shown, and the style sheet's own.
PIXEL = """([name, at, total, up]) => {
  const canvas = document.getElementById("lanes");
  const label = [...document.querySelectorAll("#names li")].find((li) => li.textContent === name);
  const ratio = canvas.width / canvas.clientWidth;
  const margin = (total / (1 - 2 * 0.012) - total) / 2;
  const x = ((at + margin) / (total + 2 * margin)) * canvas.clientWidth;
  const y = parseFloat(label.style.top) + parseFloat(label.style.height) * up;
  const [r, g, b, a] = canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data;
  return { color: a < 200 ? "nothing" : `rgb(${r}, ${g}, ${b})`, x, y };
}"""
STYLED = """(name) => {
  const probe = document.createElement("p");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}"""
READING = "willReadFrequently"  # Chromium's advice to who reads pixels, which only these tests do
# What the page shows less what the sound is at, in the middle of eleven pictures.
APART = """async () => {
  const audio = document.querySelector("audio");
  const found = [];
  for (let number = 0; number < 11; number += 1) {
    await new Promise(requestAnimationFrame);
    const [minutes, seconds] = document.getElementById("at").textContent.split(":");
    found.push(60 * minutes + Number(seconds) - audio.currentTime);
  }
  return [found.sort((one, other) => one - other)[5], audio.currentTime, audio.paused];
}"""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

OpenCall = Callable[..., AbstractAsyncContextManager[Tab]]


@pytest.fixture
def open_call(open_tab: OpenTab, tmp_path: Path) -> OpenCall:
    """Draw a report and open its page; nothing may complain, and no host be asked for anything."""

    @asynccontextmanager
    async def opened(data: dict | Path, *, embed_audio: bool = False) -> AsyncGenerator[Tab]:
        report = read(data)[0] if isinstance(data, Path) else calls.logged(data)
        page = tmp_path / "page" / "timeline.html"
        page.parent.mkdir()
        write(report, page, embed_audio=embed_audio)
        async with open_tab(page.as_uri()) as tab:
            await expect(tab.page.locator("#lines .line").first).to_be_attached()
            yield tab
            await tab.page.evaluate(DRAWN)
        assert [words for words in tab.complaints if READING not in words] == []
        assert tab.hosts <= {""}

    return opened


class Picture:
    """The canvas of the lanes, while the whole call is shown."""

    def __init__(self, page: Page, seconds: float) -> None:
        self.page = page
        self.seconds = seconds

    async def color(self, lane: str, at: float, *, up: float = 0.5) -> str:
        await self.page.evaluate(DRAWN)
        found = await self.page.evaluate(PIXEL, [lane, at, self.seconds, up])
        return found["color"]

    async def point(self, lane: str, at: float) -> dict[str, float]:
        found = await self.page.evaluate(PIXEL, [lane, at, self.seconds, 0.5])
        return {"x": found["x"], "y": found["y"]}

    async def styled(self, name: str) -> str:
        return await self.page.evaluate(STYLED, name)


async def test_the_lanes_of_the_dump_show_who_did_what_when(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        picture = Picture(tab.page, 78.292)
        assert await picture.color("Agent", 50, up=0.15) == await picture.styled("agent")
        assert await picture.color("Agent", 16, up=0.15) == await picture.styled("agent")
        assert await picture.color("Agent", 40, up=0.95) == await picture.styled("agent")
        assert await picture.color("User", 62, up=0.15) == await picture.styled("user")
        assert await picture.color("User", 45, up=0.95) == await picture.styled("line")
        assert await picture.color("User", 45, up=0.15) == "nothing"
        assert await picture.color("Transcript", 24.9, up=0.9) == await picture.styled("user-soft")
        assert await picture.color("Latency", 12) == "rgb(230, 159, 0)"
        assert await picture.color("Latency", 13.8) == "rgb(0, 158, 115)"


async def test_hovering_a_lane_tells_what_it_shows(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        page, picture = tab.page, Picture(tab.page, 78.292)
        tip = page.locator("#tip")
        await page.locator("#lanes").hover(position=await picture.point("Agent speech", 40))
        await expect(tip).to_contain_text("Agent speech, cut off")
        await expect(tip).to_contain_text("0:26.753 to 1:03.404, 36.7 s")
        await expect(tip).to_contain_text("Sure! Here\u2019s a quick snapshot")
        await page.locator("#lanes").hover(position=await picture.point("Interim", 8.5))
        await expect(tip).to_contain_text("Okay.")
        await page.locator("#lanes").hover(position=await picture.point("False interr.", 11))
        await expect(tip).to_contain_text("no interruption: the agent went on")
        await page.locator("#lanes").hover(position=await picture.point("Latency", 12))
        await expect(tip).to_contain_text("4.512 s of 5.813 s")


async def test_the_bars_of_the_latencies_have_parts_that_fill_them(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        page = tab.page
        answers = page.locator("#waits .answer")
        await expect(answers).to_have_count(3)
        sums = await answers.locator(".sum").all_text_contents()
        assert sums == ["5.813 s", "3.963 s", "3.096 s"]
        told = await answers.nth(1).locator(".parts").text_content()
        numbers = [float(number) for number in re.findall(r"\d\.\d{3}", told)]
        assert sum(numbers) == pytest.approx(3.963, abs=0.002)
        widths = await answers.evaluate_all(
            "(rows) => rows.map((row) => [...row.querySelectorAll('.part')]"
            ".reduce((sum, part) => sum + part.getBoundingClientRect().width, 0)"
            " / row.querySelector('.bar').getBoundingClientRect().width)"
        )
        assert widths == pytest.approx([1, 3.963 / 5.813, 3.096 / 5.813], abs=0.01)
        assert await page.locator("#legend li").all_inner_texts() == [
            "transcription",
            "endpointing",
            "llm",
            "tts",
            "other",
        ]


async def test_the_conversation_marks_what_was_cut_off(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        cut = tab.page.locator(".line.cut")
        await expect(cut).to_have_count(1)
        await expect(cut.locator(".mark")).to_have_text("cut off")
        await expect(cut).to_contain_text("runs on Windows, macOS,")
        said = await tab.page.locator(".line.said .who").all_text_contents()
        sides = [who.partition("after")[0] for who in said]
        assert sides == ["Agent", "User", "Agent", "User", "Agent", "User", "Agent"]
        await expect(tab.page.locator(".line.detail").first).to_be_hidden()
        await tab.page.get_by_label("every event").check()
        await expect(tab.page.locator(".line.detail").first).to_be_visible()


async def test_a_line_jumps_to_its_moment(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        page = tab.page
        await page.locator(".line.cut .when").click()
        await expect(page.locator("#at")).to_have_text("0:26.8")
        await expect(page.locator(".line[aria-current]")).to_contain_text(
            "Sure! Here\u2019s a quick"
        )
        picture = Picture(page, 78.292)
        assert await picture.color("Errors", 26.753) == await picture.styled("accent")
        await expect(page.locator("#now")).to_contain_text("Sure!")


async def test_a_click_on_a_lane_finds_the_line(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        picture = Picture(tab.page, 78.292)
        await tab.page.locator("#lanes").click(position=await picture.point("Agent speech", 16))
        await expect(tab.page.locator(".line[aria-current]")).to_contain_text("Great! How can I")
        await expect(tab.page.locator("#at")).to_have_text(re.compile(r"0:1[56]\."))


async def test_the_keyboard_goes_turn_by_turn_and_zooms(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        page = tab.page
        places = []
        for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
            await page.keyboard.press(key)
            places.append(await page.locator("#at").inner_text())
        assert places == ["0:01.3", "0:07.9", "0:09.1", "0:07.9"]
        await expect(page.locator("#said")).to_have_text("0:07.9, user: Okay.")
        picture = Picture(page, 78.292)
        assert await picture.color("Agent", 50, up=0.15) == await picture.styled("agent")
        for _ in range(4):
            await page.keyboard.press("+")
        assert await picture.color("Agent", 50, up=0.15) != await picture.styled("agent")
        await page.keyboard.press("0")
        assert await picture.color("Agent", 50, up=0.15) == await picture.styled("agent")


async def test_dragging_pans_and_ctrl_and_wheel_zoom(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        page, picture = tab.page, Picture(tab.page, 78.292)
        await page.locator("#lanes").hover(position=await picture.point("Agent", 50))
        await page.keyboard.down("Control")
        await page.mouse.wheel(0, -800)
        await page.keyboard.up("Control")
        # What is under the pointer stays there: the agent speaks at this moment.
        assert await picture.color("Agent", 50, up=0.15) == await picture.styled("agent")
        assert await picture.color("Agent", 20, up=0.15) == await picture.styled("agent")
        await page.mouse.down()
        await page.mouse.move(1_300, 300, steps=4)
        await page.mouse.up()
        assert await page.locator("#at").inner_text() == "0:00.0"


async def test_the_words_of_a_moment_appear_as_they_did(open_call: OpenCall):
    """Between an interim transcript and the next one only the first has been understood."""
    async with open_call(calls.everything()) as tab:
        page, picture = tab.page, Picture(tab.page, 29.9)
        understood = page.locator("#now .cell", has_text="Understood so far").locator("dd")
        for at, words in ((4.7, "What is"), (5.5, "What is the weather"), (6.5, "in Bergen?")):
            await page.locator("#lanes").click(position=await picture.point("Errors", at - 0.1))
            await expect(understood).to_contain_text(words)


async def test_tools_errors_switches_and_losses_are_on_the_page(open_call: OpenCall):
    async with open_call(calls.everything()) as tab:
        page, picture = tab.page, Picture(tab.page, 29.9)
        assert await picture.color("Errors", 6.9) == await picture.styled("danger")
        assert await picture.color("Tools", 7.3, up=0.06) == await picture.styled("tool")
        assert await picture.color("Tools", 7.3, up=0.94) == await picture.styled("danger")
        await page.locator("#lanes").hover(position=await picture.point("Providers", 6.96))
        await expect(page.locator("#tip")).to_contain_text("tts: cartesia takes over")
        await expect(page.locator("#lost")).to_contain_text("journal: 2")
        facts = page.locator("#facts")
        await expect(facts).to_contain_text("elevenlabs, then cartesia")
        await expect(facts).to_contain_text("connection refused")
        await expect(facts.locator(".changed")).to_have_text(["0.2"])
        assert await page.locator("#waits .answer").first.locator(".parts").text_content() == (
            "transcription 0.400 · endpointing 0.220 · llm 0.500 · tools 0.900 · llm 0.300 · "
            "tts 0.250 · playback 0.030 · stt: deepgram, llm: openai, tts: cartesia"
        )


@pytest.mark.parametrize("embed_audio", [False, True], ids=["beside", "inside"])
async def test_the_recording_plays_in_step(open_call: OpenCall, tmp_path: Path, embed_audio: bool):
    """Space plays the sound from the moment that is looked at, and the page goes along with it."""
    async with open_call(calls.with_recording(tmp_path), embed_audio=embed_audio) as tab:
        page = tab.page
        source = await page.locator("#recording").get_attribute("src")
        assert source.startswith("blob:") if embed_audio else source == "../audio.wav"
        await page.locator(".line.user.said .when").first.click()
        await expect(page.locator("#at")).to_have_text("0:03.9")
        await page.evaluate("document.activeElement.blur()")  # a button would take the space
        await page.keyboard.press(" ")
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()
        await expect(page.locator("#at")).to_have_text(re.compile(r"0:0[5-9]"), timeout=20_000)
        apart, at, paused = await page.evaluate(APART)
        assert not paused
        assert at > 4
        # The recording began 0.4 s after the first event; what is shown has tenths of a second.
        assert apart == pytest.approx(0.4, abs=0.1)
        await page.keyboard.press(" ")
        await expect(page.get_by_role("button", name="Play")).to_be_visible()
        assert await page.evaluate("document.querySelector('audio').paused")


async def test_the_waveform_is_drawn_where_somebody_is_heard(open_call: OpenCall, tmp_path: Path):
    async with open_call(calls.with_recording(tmp_path)) as tab:
        picture = Picture(tab.page, 29.9)
        colors = {await picture.color("Agent speech", 9 + n / 10, up=0.67) for n in range(8)}
        assert await picture.styled("agent") in colors
        assert await picture.color("Agent speech", 25, up=0.67) == "nothing"


async def test_a_recording_that_is_gone_is_told(open_tab: OpenTab, tmp_path: Path):
    [report] = read(calls.with_recording(tmp_path))
    page = tmp_path / "timeline.html"
    write(report, page)
    (tmp_path / "audio.wav").unlink()
    async with open_tab(page.as_uri()) as tab:
        await expect(tab.page.locator("#sound")).to_contain_text("cannot be played")
        await tab.page.keyboard.press(" ")
        await expect(tab.page.locator("#at")).not_to_have_text("0:00.0")


async def test_a_hostile_report_does_no_harm(open_call: OpenCall):
    async with open_call(calls.hostile()) as tab:
        page = tab.page
        assert await page.evaluate("window.evil") is None
        assert await page.locator("img, iframe").count() == 0
        assert await page.locator("script").count() == 3
        first = page.locator(".line.user.said .text").first
        assert await first.evaluate("(line) => line.textContent") == calls.EVIL
        await expect(page.locator("#room")).to_contain_text("</script><script>")
        long = page.locator(".line.user.said", has_text="all 100,000 characters")
        await long.get_by_role("button", name="all 100,000 characters").click()
        words = page.locator(".line.user.said .text")
        lengths = await words.evaluate_all("(all) => all.map((line) => line.textContent.length)")
        assert len(calls.LONG) in lengths
        await page.locator("#as-table summary").click()
        await expect(page.locator("#as-table tbody tr").first).to_be_visible()
        assert await page.evaluate("window.evil") is None


async def test_nothing_in_the_page_may_run_or_fetch_what_is_not_its_own(open_tab, tmp_path):
    """The Content-Security-Policy holds even if words ever became markup."""
    page = tmp_path / "timeline.html"
    write(calls.logged(dumped()), page)
    async with open_tab(page.as_uri()) as tab:
        await tab.page.evaluate(
            "() => { const evil = document.createElement('div');"
            "evil.innerHTML = '<img src=http://127.0.0.1:9/x onerror=window.evil=1>';"
            "document.body.append(evil);"
            "const script = document.createElement('script');"
            "script.textContent = 'window.evil = 1'; document.body.append(script); }"
        )
        reply = await tab.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 'refused')")
        assert reply == "refused"
        assert await tab.page.evaluate("window.evil") is None
    assert len(tab.complaints) >= 3
    assert all("Content Security Policy" in words for words in tab.complaints if "127" not in words)


async def test_a_call_of_an_hour_opens_in_full_and_pans(open_call: OpenCall):
    async with open_call(calls.an_hour()) as tab:
        page = tab.page
        await expect(page.locator("#about")).to_contain_text("5006 events")
        await expect(page.locator("#lines .line")).to_have_count(5006)
        await expect(page.locator("#waits .answer")).to_have_count(333)
        await page.keyboard.press("0")
        picture = Picture(page, 3596.4)
        error = 7 * 10.8 + 4.1
        assert await picture.color("Errors", error, up=0.8) == await picture.styled("danger")
        await page.locator("#waits .answer .when").last.click()
        await expect(page.locator("#at")).to_have_text(re.compile(r"59:\d\d\.\d"))
        await expect(page.locator(".line[aria-current]")).to_contain_text("answer number 332")
        await expect(page.locator(".line[aria-current]")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
async def test_axe_finds_nothing_serious(open_call: OpenCall, tmp_path: Path, scheme, width):
    async with open_call(calls.with_recording(tmp_path)) as tab:
        await tab.page.emulate_media(color_scheme=scheme)
        await tab.page.set_viewport_size({"width": width, "height": 800})
        await tab.page.locator("#as-table summary").click()
        await tab.page.get_by_label("every event").check()
        found = await Axe().run(tab.page)
        issues = [
            (issue["id"], issue["impact"], issue["nodes"][0]["html"])
            for issue in found.response["violations"]
        ]
        assert issues == []


async def test_the_page_is_read_out_in_order(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        snapshot = await tab.page.locator("body").aria_snapshot()
    order = [
        'heading "playground-KNDB-0lWZ" [level=1]',
        'toolbar "Playing and zooming"',
        'img "Lanes of the call: User (9)',
        "heading \"From the user's last word to the agent's first\"",
        'img "5.813 seconds: transcription 0.615',
        'heading "Conversation"',
        "runs on Windows, macOS,",
    ]
    places = [snapshot.find(part) for part in order]
    assert -1 not in places, (places, snapshot[:3000])
    assert places == sorted(places)


async def test_the_lanes_can_be_read_as_a_table(open_call: OpenCall):
    async with open_call(dumped()) as tab:
        await tab.page.get_by_text("The lanes as a table").click()
        row = tab.page.get_by_role("row", name=re.compile("Agent speech Sure!"))
        await expect(row).to_contain_text("(cut off)")
        await expect(row.get_by_role("cell").first).to_have_text("0:26.753")


async def test_the_page_fits_a_phone(open_call: OpenCall):
    async with open_call(calls.hostile()) as tab:
        await tab.page.set_viewport_size({"width": 320, "height": 640})
        overflow = await tab.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow == 0
        lanes = await tab.page.locator("#lanes").bounding_box()
        talk = await tab.page.locator("#talk-name").bounding_box()
        waits = await tab.page.locator("#waits-name").bounding_box()
        assert lanes["y"] < talk["y"] < waits["y"]
