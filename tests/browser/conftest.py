"""A real browser with a microphone that speaks, and a real server."""

import wave
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, async_playwright

from bot.local.caller_voice import synthesize
from tests.serve.config import scripted_file
from tests.serve.process import Server, serving

CHROMIUM = which("chromium") or which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
)


@dataclass
class Tab:
    """A tab of the browser and what it did beside showing the page.

    Attributes:
        complaints: What it wrote to its console as errors or warnings, exceptions included.
        hosts: The hosts that it asked for anything.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


OpenTab = Callable[..., AbstractAsyncContextManager[Tab]]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    async with serving(tmp_path, "--config", "local") as running:
        yield running


@pytest.fixture
async def scripted_server(tmp_path: Path) -> AsyncGenerator[Server]:
    async with serving(tmp_path, "--config", str(scripted_file(tmp_path))) as running:
        yield running


@pytest.fixture
def open_tab() -> OpenTab:
    """Open a page in a Chromium of its own.

    Args of what it returns: the URL, the WAV that its microphone hears (None: a fake one that
    beeps), whether the microphone is allowed.
    """
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt-get install chromium")

    @asynccontextmanager
    async def opened(
        url: str, *, microphone: Path | None = None, allowed: bool = True
    ) -> AsyncGenerator[Tab]:
        flags = [
            *FLAGS,
            "--use-fake-ui-for-media-stream" if allowed else "--deny-permission-prompts",
        ]
        if microphone is not None:
            flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            tab = Tab(await browser.new_page())
            _watch(tab)
            await tab.page.goto(url)
            yield tab
            await browser.close()

    return opened


def _watch(tab: Tab) -> None:
    def said(message) -> None:
        if message.type in ("error", "warning"):
            tab.complaints.append(message.text)

    tab.page.on("console", said)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("request", lambda request: tab.hosts.add(urlsplit(request.url).hostname or ""))


def write_speech(path: Path, text: str, *, before: float, after: float) -> Path:
    """Write a WAV in which somebody says `text`, with seconds of silence around it."""
    speech, rate = synthesize(text, pitch=1.15)
    pcm = bytes(2 * int(before * rate)) + speech + bytes(2 * int(after * rate))
    return write_wav(path, pcm, rate)


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    """A microphone before which nobody speaks; Chromium's own one beeps, which interrupts."""
    return write_wav(tmp_path / "silence.wav", bytes(2 * 60 * 16000), 16000)


def write_wav(path: Path, pcm: bytes, rate: int) -> Path:
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(pcm)
    return path
