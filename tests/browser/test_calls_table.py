"""The written page of many calls in a real browser: rows, order, filters, charts, no harm."""

import os
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.stats.collect import collect
from eventlog.stats.figures import flat
from eventlog.stats.groups import By
from tests.browser.calls_table import HARMLESS, OVERFLOW, Table, issues_of
from tests.browser.conftest import OpenTab, Tab
from tests.eventlog.drawn_calls import BEGIN, EVIL, RIGHT_TO_LEFT
from tests.eventlog.index.stores import DAY, call, hostile, store, varied

pytestmark = pytest.mark.browser

MIDNIGHT = -(BEGIN % DAY)
FEW = [
    call(0, at=MIDNIGHT, turns=2, latencies=[1.0, 3.0], config="default", errors=2),
    call(1, at=MIDNIGHT + 3600, turns=1, latencies=[0.5], config="local", reason="error"),
    call(2, at=MIDNIGHT + DAY, turns=3, latencies=[2.0, 2.0, 2.5], config="flux", interrupted=2),
    call(3, at=MIDNIGHT + DAY + 60, turns=0, config="default", tags=["vip"], false=1),
    call(4, at=MIDNIGHT + 3 * DAY, turns=1, latencies=[0.7], config="default"),
]
"""Calls of three days out of four; one has no latency."""

NONE = "\u2013"

OpenIndex = Callable[..., AbstractAsyncContextManager[Tab]]


@pytest.fixture
def open_index(open_tab: OpenTab, tmp_path: Path) -> OpenIndex:
    """Write the page of a store and open it; nothing may complain, no host be asked."""

    @asynccontextmanager
    async def opened(reports, *options: str, address: str = "") -> AsyncGenerator[Tab]:
        folder = store(tmp_path / "sessions", reports)
        done = CliRunner().invoke(app, ["index", str(folder), *options])
        assert done.exit_code == 0, done.stderr
        async with open_tab((folder / "index.html").as_uri() + address) as tab:
            await expect(tab.page.locator("#shown")).to_contain_text("call")
            yield tab
        assert tab.complaints == []
        assert tab.hosts <= {""}

    return opened


def number_in(text: str) -> float:
    return float(text.replace(",", "").split()[0])


def shown(value: float, digits: int):
    """A number as a page shows it; a half may go either way."""
    return pytest.approx(value, abs=0.501 * 10**-digits)


def day_of(at: float) -> str:
    return f"{datetime.fromtimestamp(BEGIN + at, UTC):%Y-%m-%d}"


async def test_each_row_shows_what_its_call_was(open_index: OpenIndex):
    async with open_index(FEW) as tab:
        table = Table(tab.page)
        await expect(table.rows).to_have_count(5)
        await expect(table.shown).to_have_text("5 calls")
        assert await table.jobs() == [f"call-0000{n}" for n in (4, 3, 2, 1, 0)]
        assert await table.column("p50") == ["0.70", NONE, "2.00", "0.50", "2.00"]
        assert await table.column("p95") == ["0.70", NONE, "2.45", "0.50", "2.90"]
        assert await table.column("errors") == ["0", "0", "0", "0", "2"]
        assert await table.column("cut") == ["0", "0", "2", "0", "0"]
        assert await table.column("false") == ["0", "1", "0", "0", "0"]
        assert await table.column("turns") == ["1", "0", "3", "1", "2"]
        assert (await table.column("closed"))[3] == "error"
        assert (await table.column("config"))[1] == "default #vip"
        assert (await table.column("providers"))[2] == "stt deepgram-flux llm openai tts cartesia"
        assert (await table.column("length"))[0] == "0:13"
        assert (await table.column("when"))[0].startswith(f"{day_of(MIDNIGHT + 3 * DAY)} 00:00")


async def test_a_press_on_a_columns_name_sorts_by_it_and_another_turns_it_round(
    open_index: OpenIndex,
):
    async with open_index(FEW) as tab:
        table = Table(tab.page)
        await expect(table.head("When")).to_have_attribute("aria-sort", "descending")
        await table.sort_by("Latency p95")
        assert await table.column("p95") == ["2.90", "2.45", "0.70", "0.50", NONE]
        await expect(table.head("Latency p95")).to_have_attribute("aria-sort", "descending")
        await expect(table.head("When")).to_have_attribute("aria-sort", "none")
        await table.sort_by("Latency p95")
        assert await table.column("p95") == ["0.50", "0.70", "2.45", "2.90", NONE]
        await expect(table.head("Latency p95")).to_have_attribute("aria-sort", "ascending")
        await table.sort_by("Config")
        assert [name.split()[0] for name in await table.column("config")] == [
            *["default"] * 3,
            "flux",
            "local",
        ]


async def test_the_keyboard_sorts_too(open_index: OpenIndex):
    async with open_index(FEW) as tab:
        table = Table(tab.page)
        await table.head("Errors").get_by_role("button").focus()
        await tab.page.keyboard.press("Enter")
        assert (await table.column("errors"))[0] == "2"
        await expect(table.head("Errors").get_by_role("button")).to_be_focused()


async def test_words_and_figures_choose_rows(open_index: OpenIndex):
    chosen: dict[str, list[int]] = {
        "vip": [3],
        "FLUX": [2],
        "default user_initiated": [4, 3, 0],
        "default user initiated": [4, 3, 0],
        "call-00001": [1],
        "moonshine": [1],
        "p95>2": [2, 0],
        "p95>=2.9": [0],
        "errors=0 p50<0.6": [1],
        "cut>0": [2],
        "length<4": [3],
        "2.45": [2],
        "p95>": [],
        "nowhere": [],
    }
    async with open_index(FEW) as tab:
        table = Table(tab.page)
        for words, jobs in chosen.items():
            await tab.page.get_by_label("Search").fill(words)
            await expect(table.shown).to_have_text(f"{len(jobs)} of 5 calls")
            assert await table.jobs() == [f"call-0000{n}" for n in jobs], words
            assert await tab.page.locator("#nothing").is_visible() is (not jobs)


async def test_choices_narrow_the_table_and_show_all_takes_them_back(open_index: OpenIndex):
    async with open_index(FEW) as tab:
        page, table = tab.page, Table(tab.page)
        await page.get_by_label("Config").select_option("default (3)")
        assert await table.jobs() == ["call-00004", "call-00003", "call-00000"]
        await page.get_by_label("Provider").select_option("llm openai (4)")
        await expect(table.rows).to_have_count(3)
        await page.get_by_label("Closed").select_option("error (1)")
        await expect(table.shown).to_have_text("0 of 5 calls")
        await page.get_by_role("button", name="Show all").click()
        await expect(table.shown).to_have_text("5 calls")
        assert await page.get_by_label("Config").input_value() == ""
        await page.get_by_label("Provider").select_option("tts piper (1)")
        assert await table.jobs() == ["call-00001"]


async def test_a_view_is_in_the_address_and_loads_again(open_index: OpenIndex):
    async with open_index(FEW) as tab:
        page, table = tab.page, Table(tab.page)
        await page.get_by_label("Config").select_option("default (3)")
        await table.sort_by("Latency p95")
        await page.get_by_label("Search").fill("p50>0")
        await expect(table.shown).to_have_text("2 of 5 calls")
        assert "#q=p50%3E0&config=default&sort=-p95" in page.url
        await page.reload()
        await expect(table.shown).to_have_text("2 of 5 calls")
        assert await table.jobs() == ["call-00000", "call-00004"]
        assert await page.get_by_label("Search").input_value() == "p50>0"
        assert await page.get_by_label("Config").input_value() == "default"
        await expect(table.head("Latency p95")).to_have_attribute("aria-sort", "descending")


async def test_back_takes_a_step_back(open_index: OpenIndex):
    async with open_index(FEW) as tab:
        page, table = tab.page, Table(tab.page)
        await page.get_by_label("Config").select_option("flux (1)")
        await expect(table.rows).to_have_count(1)
        await page.go_back()
        await expect(table.rows).to_have_count(5)
        assert await page.get_by_label("Config").input_value() == ""


async def test_an_address_of_nonsense_shows_all(open_index: OpenIndex):
    address = "#sort=-nothing&page=-7&from=x&to=1e300&config=&q="
    async with open_index(FEW, address=address) as tab:
        table = Table(tab.page)
        await expect(table.head("When")).to_have_attribute("aria-sort", "descending")
        await expect(table.rows).to_have_count(5)


async def test_a_row_opens_the_timeline_of_its_call_and_back_leads_back(open_index: OpenIndex):
    async with open_index(FEW, address="#config=default&sort=-p95") as tab:
        page, table = tab.page, Table(tab.page)
        await table.rows.nth(0).locator('td[data-column="turns"]').click()
        await expect(page.locator("#about")).to_contain_text("job call-00000")
        assert page.url.endswith("/call-00000/timeline.html")
        await page.go_back()
        await expect(table.rows).to_have_count(3)
        await table.rows.nth(1).get_by_role("link").first.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#about")).to_contain_text("job call-00004")


async def test_a_row_without_a_timeline_says_what_makes_one(open_index: OpenIndex, tmp_path: Path):
    async with open_index(FEW, "--timelines", "1") as tab:
        table = Table(tab.page)
        assert await table.page.locator("a.open").count() == 1
        hint = table.rows.nth(1).locator(".hint-cell code")
        place = tmp_path / "sessions" / "call-00003"
        await expect(hint).to_have_text(f"parley log timeline {place}")
        await table.rows.nth(1).locator('td[data-column="turns"]').click()
        await expect(table.rows).to_have_count(5)


async def test_the_numbers_at_the_head_are_those_of_parley_log_stats(
    open_index: OpenIndex, tmp_path: Path
):
    async with open_index(varied(250, days=12)) as tab:
        table = Table(tab.page)
        for config in ("", "local"):
            by = collect([tmp_path / "sessions"], By.CONFIG if config else None)
            expected = flat(by.groups[config or "all"])
            if config:
                chosen = f"{config} ({int(expected['calls'])})"
                await tab.page.get_by_label("Config").select_option(chosen)
            found = await table.figures()
            assert number_in(found["calls"]) == expected["calls"]
            assert number_in(found["latency p50"]) == shown(expected["e2e_latency.p50"], 2)
            assert number_in(found["latency p95"]) == shown(expected["e2e_latency.p95"], 2)
            assert number_in(found["interrupted"]) == shown(100 * expected["interruption_rate"], 1)
            assert number_in(found["errors"]) == expected["errors"]
            hours = number_in(found["in all"]) / (60 if "min" in found["in all"] else 1)
            assert hours == pytest.approx(expected["call_seconds"] / 3600, abs=0.06)


async def test_the_charts_have_the_values_of_each_day(open_index: OpenIndex, tmp_path: Path):
    """Each day's row of the charts' table, beside `parley log stats --by day`."""
    async with open_index(varied(250, days=12)) as tab:
        page = tab.page
        await page.locator("#as-table summary").click()
        rows = page.locator("#as-table tbody tr")
        groups = collect([tmp_path / "sessions"], By.DAY).groups
        await expect(rows).to_have_count(len(groups))
        for row in await rows.all():
            day, *values = (await row.inner_text()).split("\t")
            expected = flat(groups[day.strip()])
            assert [number_in(value) for value in values] == [
                expected["calls"],
                shown(expected["e2e_latency.p50"], 2),
                shown(expected["e2e_latency.p95"], 2),
                expected["errors"],
                shown(100 * expected["interruption_rate"], 1),
                expected["false_interruptions"],
            ]


async def test_the_bars_are_as_high_as_their_days(open_index: OpenIndex):
    """Two calls, two, none, one: half of the scale is one call, and no bar is for the third day."""
    async with open_index(FEW) as tab:
        page = tab.page
        bars = page.locator(".bar-calls")
        heights = [float(await bar.get_attribute("height")) for bar in await bars.all()]
        assert len(heights) == 3
        assert heights == pytest.approx([heights[0], heights[0], heights[0] / 2])
        charts = page.locator(".chart svg")
        await expect(charts.nth(0)).to_have_attribute(
            "aria-label",
            re.compile(r"^Voice-to-voice latency by \S+.*, in all p50 2.00 s, p95 2.8\d s\."),
        )
        assert await page.locator(".mark.p50").count() == 3
        assert await page.locator(".mark.p95").count() == 3


async def test_pointing_at_a_day_tells_it_in_every_chart_and_a_click_looks_at_it_alone(
    open_index: OpenIndex,
):
    async with open_index(varied(300, days=20)) as tab:
        page, table = tab.page, Table(tab.page)
        picture = page.locator(".chart svg").nth(1)
        box = await picture.bounding_box()
        await picture.hover(position={"x": 46, "y": 60})
        told = await page.locator(".chart .told").all_inner_texts()
        days = {words.split()[0] for words in told}
        assert len(days) == 1
        [day] = days
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
        assert await page.locator(".spot").count() == 4
        number = await page.locator(".chart .told").nth(1).locator("strong").first.inner_text()
        await page.mouse.click(box["x"] + 46, box["y"] + 60)
        await expect(table.shown).to_have_text(f"{number} of 300 calls")
        assert {when[:10] for when in await table.column("when")} == {day}
        await page.reload()
        await expect(table.shown).to_have_text(f"{number} of 300 calls")
        await page.get_by_role("button", name="Any time, not only").click()
        await expect(table.shown).to_contain_text("of 300 calls")


async def test_the_table_of_the_charts_looks_at_a_day_by_the_keyboard(open_index: OpenIndex):
    async with open_index(varied(300, days=20)) as tab:
        page, table = tab.page, Table(tab.page)
        await page.locator("#as-table summary").click()
        row = page.locator("#as-table tbody tr").nth(3)
        number = await row.locator("td").first.inner_text()
        await row.get_by_role("button").press("Enter")
        await expect(table.shown).to_have_text(f"{number} of 300 calls")


async def test_ten_thousand_calls_open_sort_and_turn_pages(open_index: OpenIndex):
    async with open_index(varied(10_000, days=400), "--timelines", "0") as tab:
        page, table = tab.page, Table(tab.page)
        await expect(table.shown).to_have_text("1 to 100 of 10,000 calls")
        await expect(table.rows).to_have_count(100)
        months = page.locator("#as-table tbody tr")
        begins = await months.locator("th").all_text_contents()
        assert begins[0] == day_of(0)[:7]
        assert len(begins) in (14, 15)
        numbers = await months.locator("td:nth-of-type(1)").all_text_contents()
        assert sum(map(number_in, numbers)) == 10_000
        await table.sort_by("Latency p95")
        first = [float(value) for value in await table.column("p95")]
        assert first == sorted(first, reverse=True)
        nav = page.get_by_role("navigation", name="Pages of the table", exact=True)
        await nav.get_by_role("button", name="Next").click()
        await expect(table.shown).to_have_text("101 to 200 of 10,000 calls")
        second = [float(value) for value in await table.column("p95")]
        assert second[0] <= first[-1]
        await page.reload()
        await expect(table.shown).to_have_text("101 to 200 of 10,000 calls")
        await nav.get_by_role("button", name="Last").click()
        await expect(nav).to_contain_text("page 100 of 100")
        await page.get_by_label("Search").fill("errors>0 local")
        await expect(table.shown).to_contain_text("of 10,000 calls")
        await expect(nav).to_contain_text("page 1 of")
        assert "0" not in await table.column("errors")


async def test_what_could_not_be_read_is_counted_and_named(open_tab: OpenTab, tmp_path: Path):
    store(tmp_path, FEW)
    (tmp_path / "call-00002" / "report.json").write_text(EVIL)
    assert CliRunner().invoke(app, ["index", str(tmp_path)]).exit_code == 0
    async with open_tab((tmp_path / "index.html").as_uri()) as tab:
        told = tab.page.locator("#unreadable")
        await expect(told.locator("summary")).to_have_text("1 not readable, not counted")
        await told.locator("summary").click()
        await expect(told.locator("li")).to_contain_text("call-00002/report.json")
        await expect(Table(tab.page).rows).to_have_count(4)


async def test_hostile_calls_do_no_harm(open_index: OpenIndex):
    async with open_index(hostile()) as tab:
        page, table = tab.page, Table(tab.page)
        await expect(table.rows).to_have_count(4)
        assert await page.evaluate(HARMLESS) == [None, 0]
        assert await page.locator("script").count() == 2
        jobs = await page.locator("#table .job").evaluate_all(
            "(all) => all.map((job) => job.textContent)"
        )
        assert EVIL[:200] in " ".join(jobs)
        assert RIGHT_TO_LEFT in jobs
        assert await page.locator("#table .job").first.get_attribute("dir") == "auto"
        assert max(map(len, jobs)) <= 201
        assert await page.evaluate(OVERFLOW) == 0
        await page.get_by_label("Search").fill("</script>")
        assert await page.evaluate(HARMLESS) == [None, 0]
        for name in ("Latency p50", "When", "Config", "Providers"):
            await table.sort_by(name)
        await page.get_by_role("button", name="Show all").click()
        await expect(table.rows).to_have_count(4)
        assert "unknown" in " ".join(await table.column("when"))
        assert NONE in await table.column("length")
        heights = await table.rows.evaluate_all("(rows) => rows.map((row) => row.clientHeight)")
        assert max(heights) < 120


async def test_nothing_in_the_page_may_run_or_fetch_what_is_not_its_own(
    open_tab: OpenTab, tmp_path: Path
):
    """The Content-Security-Policy holds even if words ever became markup."""
    CliRunner().invoke(app, ["index", str(store(tmp_path, FEW))])
    async with open_tab((tmp_path / "index.html").as_uri()) as tab:
        await tab.page.evaluate(
            "() => { const script = document.createElement('script');"
            "script.textContent = 'window.evil = 1'; document.body.append(script); }"
        )
        reply = await tab.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 'refused')")
        assert reply == "refused"
        assert await tab.page.evaluate("window.evil") is None
    assert len(tab.complaints) >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_axe_finds_nothing_and_the_page_fits(open_index: OpenIndex, scheme: str, width: int):
    calls = [*varied(120, days=9)]
    async with open_index(calls, "--timelines", "60", address="#from=1&sort=-p95") as tab:
        await tab.page.emulate_media(color_scheme=scheme)
        await tab.page.set_viewport_size({"width": width, "height": 800})
        await tab.page.locator("#as-table summary").click()
        assert await issues_of(tab.page) == []
        assert await tab.page.evaluate(OVERFLOW) == 0


async def test_the_page_is_read_out_in_order(open_index: OpenIndex):
    async with open_index(FEW) as tab:
        snapshot = await tab.page.locator("body").aria_snapshot()
    order = [
        'heading "Calls in sessions" [level=1]',
        'search "Which calls"',
        'searchbox "Search"',
        'combobox "Provider"',
        'img "Voice-to-voice latency by',
        'img "Errors by',
        "status: 5 calls",
        'table "Calls"',
        'columnheader "When (UTC)"',
        'link "20',
    ]
    places = [snapshot.find(part) for part in order]
    assert -1 not in places, (places, snapshot)
    assert places == sorted(places)


async def test_a_recording_whose_name_is_no_utf8_costs_nobody_the_table(open_tab, tmp_path: Path):
    folder = store(tmp_path / "sessions", FEW[:2])
    (folder / "call-00001" / os.fsdecode(b"caf\xe9.wav")).write_bytes(b"")
    assert CliRunner().invoke(app, ["index", str(folder)]).exit_code == 0
    async with open_tab((folder / "index.html").as_uri()) as tab:
        table = Table(tab.page)
        await expect(table.rows).to_have_count(2)
        link = tab.page.locator('#table a[href$="caf%E9.wav"]')
        await expect(link).to_have_attribute("download", "call-00001-caf%E9.wav")
        assert (await table.figures())["in all"] == "38 s"
    assert tab.complaints == []
