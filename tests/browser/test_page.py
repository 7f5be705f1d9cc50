"""The page in a real browser: somebody opens it, talks, and hangs up."""

import asyncio
import json
import re
import signal
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import OpenTab, write_speech
from tests.serve.process import Server

pytestmark = pytest.mark.browser


@pytest.mark.models
async def test_a_spoken_call_appears_on_the_page_and_in_its_report(
    server: Server, open_tab: OpenTab, tmp_path: Path
):
    """The bot hears the microphone and answers; both sides are read on the page as they speak."""
    speech = write_speech(tmp_path / "x.wav", "Hello how are you today", before=6, after=60)
    async with open_tab(server.url, microphone=speech) as tab:
        page = tab.page
        await expect(page.locator("#about")).to_contain_text("moonshine-streaming")
        await page.get_by_role("button", name="Connect").click()
        await expect(page.locator("#line")).to_have_text("connected", timeout=20_000)
        bot, user = page.locator(".entry.bot:not(.waiting)"), page.locator(".entry.user")
        await expect(bot.first).to_contain_text("Connected and ready", timeout=20_000)
        await expect(page.locator("#user .what")).to_have_text("speaking", timeout=20_000)
        heard = user.filter(has_not=page.locator(".interim"))
        await expect(heard.last).to_contain_text(re.compile("how are you", re.I), timeout=20_000)
        await expect(page.locator("#bot .what")).to_have_text("speaking", timeout=20_000)
        await expect(bot).to_have_count(2, timeout=30_000)
        await expect(bot.last.locator(".latency")).to_have_text(re.compile(r"\d+\.\d\d s"))

        await page.get_by_role("button", name="Disconnect").click()
        await expect(page.locator("#reason")).to_have_text("user_initiated", timeout=10_000)
        session = await page.locator("#session").inner_text()
        said = [await entry.locator(".text").inner_text() for entry in await bot.all()]
        await expect(page.get_by_role("button", name="Connect")).to_be_focused()

    assert tab.complaints == []
    assert tab.hosts == {"127.0.0.1"}
    report = json.loads((tmp_path / "sessions" / session / "report.json").read_text())
    close = report["events"][-1]
    assert (close["type"], close["reason"]) == ("close", "user_initiated")
    assert report["parley"]["close_detail"] == {"who": "caller", "what": "hung up"}
    items = report["chat_history"]["items"]
    spoken = [item["content"][0] for item in items if item.get("role") == "assistant"]
    assert spoken == said


async def connected(page: Page) -> None:
    """Connect, and wait until the bot has greeted."""
    await page.get_by_role("button", name="Connect").click()
    await expect(page.locator(".entry.bot:not(.waiting)")).to_have_count(1, timeout=20_000)


async def test_closing_the_tab_ends_the_call(
    scripted_server: Server, open_tab: OpenTab, silence: Path, tmp_path: Path
):
    async with open_tab(scripted_server.url, microphone=silence) as tab:
        await connected(tab.page)
        await tab.page.close()
        ended = await scripted_server.read_until(r"call (\S+) ended: (\w+)", within=10)
    assert ended[2] == "participant_disconnected"
    report = json.loads((tmp_path / "sessions" / ended[1] / "report.json").read_text())
    assert report["events"][-1]["reason"] == "participant_disconnected"


async def test_a_server_that_ends_tells_the_page_why(
    scripted_server: Server, open_tab: OpenTab, silence: Path
):
    """Ctrl-C in the terminal: the page shows the session, and that it was the server."""
    async with open_tab(scripted_server.url, microphone=silence) as tab:
        await connected(tab.page)
        scripted_server.process.send_signal(signal.SIGINT)
        await expect(tab.page.locator("#reason")).to_have_text("job_shutdown", timeout=10_000)
        await expect(tab.page.locator("#ending h2")).to_have_text(
            "The server ended the call: SIGINT."
        )
        await scripted_server.ended()

        await tab.page.get_by_role("button", name="Connect").click()
        alert = tab.page.get_by_role("alert")
        await expect(alert).to_contain_text("The server does not answer.")
        await expect(alert).to_contain_text("Start it again")


async def test_how_a_call_ended_is_not_told_in_the_next_one(
    scripted_server: Server, open_tab: OpenTab, silence: Path
):
    """The server may take a while to say it, and somebody may connect again meanwhile."""
    async with open_tab(scripted_server.url, microphone=silence) as tab:
        asked: asyncio.Queue[Route] = asyncio.Queue()
        await tab.page.route("**/ending", asked.put)
        await connected(tab.page)
        await tab.page.get_by_role("button", name="Disconnect").click()
        ending = await asyncio.wait_for(asked.get(), 10)
        await connected(tab.page)
        async with tab.page.expect_response("**/ending"):
            await ending.continue_()
        await tab.page.get_by_role("button", name="Disconnect").click()
        again = await asyncio.wait_for(asked.get(), 10)  # the answer before has been read by now
        await expect(tab.page.locator("#ending")).to_be_hidden()
        await again.continue_()
        await expect(tab.page.locator("#reason")).to_have_text("user_initiated", timeout=10_000)


async def test_a_server_that_was_killed_is_noticed(
    scripted_server: Server, open_tab: OpenTab, silence: Path
):
    async with open_tab(scripted_server.url, microphone=silence) as tab:
        await connected(tab.page)
        scripted_server.process.kill()
        alert = tab.page.get_by_role("alert")
        await expect(alert).to_contain_text("The connection was lost.", timeout=40_000)
        await expect(tab.page.locator("#ending h2")).to_contain_text("does not say why")
        await expect(tab.page.locator("#line")).to_have_text("not connected")


async def test_a_muted_microphone_sends_nothing_to_hear(scripted_server: Server, open_tab: OpenTab):
    """The fake microphone beeps all the time: muted, the bot hears the caller fall silent."""
    async with open_tab(scripted_server.url) as tab:
        await tab.page.get_by_role("button", name="Connect").click()
        user = tab.page.locator("#user .what")
        await expect(user).to_have_text("speaking", timeout=15_000)
        await tab.page.keyboard.press("m")
        mute = tab.page.get_by_role("button", name="Unmute")
        await expect(mute).to_have_attribute("aria-pressed", "true")
        await expect(user).to_have_text("listening", timeout=15_000)


async def test_a_refused_microphone_is_told_with_its_remedy(
    scripted_server: Server, open_tab: OpenTab
):
    """Who refuses the microphone is told so at once, and no call begins."""
    async with open_tab(scripted_server.url, allowed=False) as tab:
        await tab.page.get_by_role("button", name="Connect").click()
        alert = tab.page.get_by_role("alert")
        await expect(alert).to_contain_text("The microphone was refused.")
        await expect(alert).to_contain_text("Allow it for this page")
        await expect(tab.page.get_by_role("button", name="Connect")).to_be_enabled()
    assert list(scripted_server.folder.glob("sessions/*")) == []


TRANSCRIPT = """
async (events) => {
  const { Transcript } = await import("/transcript.js");
  const transcript = new Transcript(document.getElementById("transcript"));
  for (const event of events) transcript.take(event);
}
"""


def added(role: str, text: str, **more: object) -> dict[str, object]:
    item = {"role": role, "content": [text], "interrupted": False, "metrics": {}, **more}
    return {"type": "conversation_item_added", "item": item}


def interim(text: str, final: bool = False) -> dict[str, object]:
    return {"type": "user_input_transcribed", "transcript": text, "is_final": final}


async def test_the_transcript_shows_each_kind_of_moment(scripted_server: Server, open_tab: OpenTab):
    """Interim words give way to final ones; cut answers, tools and errors are marked as such."""
    call = {"name": "get_weather", "arguments": "{}"}
    failure = {"type": "tts_error", "label": "a.b.SomeTTS", "recoverable": True}
    events = [
        interim("what is"),
        interim("What is the weather"),
        interim("What is the weather?", final=True),
        added("user", "What is the weather?"),
        {
            "type": "function_tools_executed",
            "function_calls": [call, call],
            "function_call_outputs": [{"output": "21", "is_error": False}, None],
        },
        {"type": "error", "error": failure},
        added("assistant", "It is", interrupted=True, metrics={"e2e_latency": 1.256}),
        interim("thank"),
    ]
    async with open_tab(scripted_server.url) as tab:
        await tab.page.evaluate(TRANSCRIPT, events)
        entries = [await entry.inner_text() for entry in await tab.page.locator(".entry").all()]
        assert [" ".join(entry.split()) for entry in entries] == [
            "You What is the weather?",
            "get_weather({}) → 21",
            "get_weather({}) → no output",
            "tts error in SomeTTS. The call goes on.",
            "Bot1.26 s It iscut off",
            "You thank",
        ]
        await expect(tab.page.locator(".entry.cut")).to_have_count(1)
        await expect(tab.page.locator(".entry.interim")).to_have_text("Youthank")


async def test_words_are_text_and_never_markup(scripted_server: Server, open_tab: OpenTab):
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    tool = {"name": evil, "arguments": evil}
    events = [
        added("user", evil),
        added("assistant", evil, interrupted=True),
        interim(evil),
        {
            "type": "function_tools_executed",
            "function_calls": [tool],
            "function_call_outputs": [{"output": evil, "is_error": True}],
        },
    ]
    async with open_tab(scripted_server.url) as tab:
        await tab.page.evaluate(TRANSCRIPT, events)
        await expect(tab.page.locator(".entry")).to_have_count(4)
        assert await tab.page.locator(".entry img, .entry script").count() == 0
        assert evil in await tab.page.locator(".entry.user").first.inner_text()
    assert tab.complaints == []


async def test_the_page_fits_a_phone(scripted_server: Server, open_tab: OpenTab):
    """Nothing has to be scrolled sideways at 320 pixels, not even for one long word."""
    async with open_tab(scripted_server.url) as tab:
        await tab.page.set_viewport_size({"width": 320, "height": 600})
        await tab.page.evaluate(
            TRANSCRIPT, [added("assistant", "w" * 200), added("user", "w" * 99)]
        )
        overflow = await tab.page.evaluate(
            "[document.documentElement, document.querySelector('main')]"
            ".map((box) => box.scrollWidth - box.clientWidth)"
        )
        assert overflow == [0, 0]
        box = await tab.page.get_by_role("button", name="Connect").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 600
