"""The pages of the log: how long the dump's timeline takes to write, and large ones to open.

Writing is the whole command with its cold start. Opening is from navigation until the page has been
painted; panning is the longest wait between two frames while the picture is dragged. Both are in
the Chromium of this machine; without one that part is left out, and said.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from playwright.sync_api import Page, sync_playwright

from bench.figures import line
from bench.log_stats import DUMP_FILE, write_calls
from eventlog.reader import read
from eventlog.timeline.writing import write
from tests.eventlog.drawn_calls import an_hour, logged

RUNS = 9
CALLS = 10_000
_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_WATCH_FRAMES = """
() => {
  const waits = (window.waits = []);
  let before = performance.now();
  const frame = (now) => {
    waits.push((now - before) / 1000);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        written: list[float] = []
        bare: list[float] = []
        for _ in range(RUNS):
            written.append(_log("timeline", str(DUMP_FILE), "-o", str(folder / "a.html")))
            bare.append(_run("-c", "import typer"))
        print(line("parley log timeline of the dump", written, "s", "≤ 0.3 s"))
        print(line("Python and typer alone, in turn with it", bare, "s", "none"))
        inside = list(_read_and_written(folder / "b.html"))
        print(line("reading and writing it, in a process that runs", inside, "s", "≤ 0.3 s"))
        store = folder / "sessions"
        store.mkdir()
        write_calls(store, CALLS)
        table = [_log("index", str(store), "--timelines", "0") for _ in range(3)]
        print(line(f"parley log index, {CALLS} calls", table, "s", "none"))
        hour = folder / "hour.html"
        write(logged(an_hour()), hour)
        chromium = which("chromium") or which("chromium-browser")
        if chromium is None:
            print("there is no Chromium here: no page was opened")
            return
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium)
            page = browser.new_page()
            _open_and_pan(page, hour)
            opened = list(_opened(page, store / "index.html"))
            print(line(f"table of {CALLS} calls, opened", opened, "s", "none"))
            browser.close()


def _read_and_written(page: Path) -> Iterator[float]:
    for _ in range(RUNS):
        began = time.perf_counter()
        [report] = read(DUMP_FILE)
        write(report, page)
        yield time.perf_counter() - began


def _open_and_pan(page: Page, hour: Path) -> None:
    print(
        line("timeline of an hour, 5,006 events, opened", list(_opened(page, hour)), "s", "≤ 1 s")
    )
    longest: list[float] = []
    canvas = page.locator("canvas").last.bounding_box()
    assert canvas is not None
    x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
    for _ in range(RUNS):
        page.mouse.move(x, y)
        page.mouse.down()
        page.evaluate(_WATCH_FRAMES)
        for step in range(60):
            page.mouse.move(x + 300 * (step % 2), y)
        page.mouse.up()
        longest.append(page.evaluate("Math.max(...window.waits)"))
    print(line("the same, longest frame while panning", longest, "s", "none"))


def _opened(page: Page, path: Path) -> Iterator[float]:
    for _ in range(RUNS):
        page.goto("about:blank")
        began = time.perf_counter()
        page.goto(path.as_uri())
        page.evaluate(_PAINTED)
        yield time.perf_counter() - began


def _log(*arguments: str) -> float:
    return _run("-m", "bot.cli", "log", *arguments)


def _run(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
