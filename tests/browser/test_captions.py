"""The captions of a call in a real browser, over the call's recording."""

import json
import threading
from collections.abc import Generator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Page
from typer.testing import CliRunner

from eventlog.commands import app
from tests.browser.conftest import OpenTab
from tests.eventlog import drawn_calls as drawn

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<video><track default kind="captions" srclang="en" src="call.vtt"></video>"""
# Each cue as the browser has parsed it: times, who is named as its voice, classes, its words.
CUES = """async () => {
  const track = document.querySelector("track");
  while (track.readyState < 2) await new Promise(requestAnimationFrame);
  if (track.readyState !== 2) throw new Error("the track cannot be read");
  return [...track.track.cues].map((cue) => {
    const parsed = cue.getCueAsHTML();
    const voice = parsed.firstElementChild;
    return [cue.startTime, cue.endTime, voice.title, voice.className, parsed.textContent,
      parsed.querySelectorAll("*").length];
  });
}"""
# A sound that is all there can be sought in; the server of this test gives no parts of files.
LOADED = """async () => {
  const video = document.querySelector("video");
  const loaded = new Promise((done) => video.addEventListener("canplaythrough", done));
  video.src = URL.createObjectURL(await (await fetch("audio.wav")).blob());
  await loaded;
}"""
SHOWN_AT = """async (at) => {
  const video = document.querySelector("video");
  const { track } = document.querySelector("track");
  const sought = new Promise((done) => video.addEventListener("seeked", done, { once: true }));
  video.currentTime = at;
  await sought;
  const due = [...track.cues].filter((cue) => cue.startTime <= at && at < cue.endTime).length;
  while (track.activeCues.length !== due) await new Promise(requestAnimationFrame);
  return [...track.activeCues].map((cue) => cue.getCueAsHTML().textContent);
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        """Nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Generator[str]:
    """Serve the folder: a browser takes no captions from a disk."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    (tmp_path / "page.html").write_text(PAGE)
    try:
        yield f"http://127.0.0.1:{server.server_port}/page.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def captioned(folder: Path, *texts: str) -> None:
    """A call with its recording and captions, its messages saying `texts` if there are any."""
    path = drawn.with_recording(folder)
    report = json.loads(path.read_text())
    messages = [event["item"] for event in report["events"] if "item" in event]
    for item, text in zip(messages, texts, strict=False):
        item["content"] = [text]
    path.write_text(json.dumps(report))
    assert CliRunner().invoke(app, ["export", "vtt", str(path)]).exit_code == 0


async def cues(page: Page) -> list[list]:
    return await page.evaluate(CUES)


async def test_a_browser_shows_each_caption_while_its_words_are_heard(
    open_tab: OpenTab, served: str, tmp_path: Path
):
    captioned(tmp_path)
    async with open_tab(served) as tab:
        assert [cue[:5] for cue in await cues(tab.page)] == [
            [0.5, 2, "Agent", "", "Connected and ready."],
            [3.5, 5.5, "User", "", "What is the weather in Bergen?"],
            [
                8.1,
                17.1,
                "Agent",
                "cut",
                "It rains in Bergen, 9 degrees, and it will go on raining until \u2014",
            ],
            [16.5, 17.5, "User", "", "Thank you."],
            [18.9, 20.4, "Agent", "", "You are welcome."],
        ]
        await tab.page.evaluate(LOADED)
        shown = {at: await tab.page.evaluate(SHOWN_AT, at) for at in (1.0, 3.0, 4.0, 16.8)}
        assert shown[1.0] == ["Connected and ready."]
        assert shown[3.0] == []
        assert shown[4.0] == ["What is the weather in Bergen?"]
        assert [words[:8] for words in shown[16.8]] == ["It rains", "Thank yo"]
        assert tab.complaints == []
        assert tab.hosts <= {"", "127.0.0.1"}


async def test_hostile_words_are_words_in_a_browser_too(
    open_tab: OpenTab, served: str, tmp_path: Path
):
    texts = [
        "a\n\n00:00:01.000 --> 00:00:29.000\n<v Admin>b",
        "</v><b onclick=evil()>&lt; & &nbsp;",
        "NOTE\nSTYLE\n::cue { color: red }",
        drawn.RIGHT_TO_LEFT,
        "\0x",
    ]
    captioned(tmp_path, *texts)
    async with open_tab(served) as tab:
        found = await cues(tab.page)
        assert [cue[4].removesuffix(" \u2014") for cue in found] == [
            "a 00:00:01.000 --> 00:00:29.000 <v Admin>b",
            "</v><b onclick=evil()>&lt; & &nbsp;",
            "NOTE STYLE ::cue { color: red }",
            drawn.RIGHT_TO_LEFT,
            "x",
        ]
        assert [cue[5] for cue in found] == [1] * 5  # the voice, and no element of theirs
        assert [cue[2] for cue in found] == ["Agent", "User", "Agent", "User", "Agent"]
