"""`parley log index`, as a shell runs it."""

import json
import os
import stat
import webbrowser
from urllib.parse import unquote, unquote_to_bytes

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.index.writing import DRAWN
from eventlog.stats.command import NAMED
from tests.eventlog.index.pages import data_in
from tests.eventlog.index.stores import call, store, varied
from tests.eventlog.reading import DUMP_FILE, dump_text, ours
from tests.eventlog.stats.many import tree


def run(*args):
    return CliRunner().invoke(app, ["index", *map(str, args)])


def test_the_page_of_a_folder_lies_in_it_and_its_rows_lead_to_timelines(tmp_path):
    folder = store(tmp_path / "sessions", varied(3))
    done = run(folder)
    page = folder / "index.html"
    assert done.exit_code == 0
    assert done.stdout == f"{page}: 3 calls, {-(-page.stat().st_size // 1000)} kB\n"
    assert done.stderr == "missing timelines drawn: 3\n"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    links = [row["link"] for row in data_in(page)["rows"]]
    assert sorted(links) == [f"call-0000{n}/timeline.html" for n in range(3)]
    for link in links:
        assert stat.S_IMODE((folder / link).stat().st_mode) == 0o600


def test_a_timeline_that_is_there_is_left_alone(tmp_path):
    folder = store(tmp_path, varied(1))
    (folder / "call-00000" / "timeline.html").write_text("mine")
    assert run(folder).stderr == ""
    assert (folder / "call-00000" / "timeline.html").read_text() == "mine"


def test_reports_in_other_files_get_their_timelines_beside_the_page(tmp_path):
    folder = tree(tmp_path / "logs")
    page = tmp_path / "out" / "calls.html"
    page.parent.mkdir()
    assert run(folder, "-o", page).exit_code == 0
    rows = data_in(page)["rows"]
    assert len(rows) == 8
    places = sorted((page.parent / unquote(row["link"])).resolve() for row in rows)
    assert all(place.exists() for place in places)
    assert len(set(places)) == 8
    beside = [place for place in places if place.parent == page.parent / "calls-timelines"]
    assert len(beside) == 6
    assert stat.S_IMODE(beside[0].parent.stat().st_mode) == 0o700
    assert (folder / "sessions" / "a1" / "timeline.html") in places
    dumps = [row for row in rows if row["files"][0][1].endswith("dump.txt")]
    assert len({row["link"] for row in dumps}) == 3


def test_a_timeline_of_a_file_that_has_changed_is_drawn_again(tmp_path):
    file = tmp_path / "calls.jsonl"
    file.write_text(json.dumps(call(0)))
    assert "drawn: 1" in run(tmp_path).stderr
    assert run(tmp_path).stderr == ""
    file.write_text(json.dumps(call(0, errors=2)))
    os.utime(file, (2e9, 2e9))
    assert "drawn: 1" in run(tmp_path).stderr


def test_only_so_many_timelines_are_drawn_and_the_newest_first(tmp_path):
    folder = store(tmp_path / "a folder", [call(n, at=n * 60) for n in range(4)])
    done = run(folder, "--timelines", 1)
    assert done.exit_code == 0
    assert "missing timelines drawn: 1\n" in done.stderr
    assert "missing timelines left: 3; --timelines says how many are drawn" in done.stderr
    first, second, *_ = data_in(folder / "index.html")["rows"]
    assert (first["link"], first["hint"]) == ("call-00003/timeline.html", "")
    assert second["link"] == ""
    assert second["hint"] == f"parley log timeline '{folder / 'call-00002'}'"


def test_the_help_and_the_code_agree_on_how_many_are_drawn():
    told = " ".join(run("--help").stdout.split())
    assert f"At most {DRAWN} are drawn" in told
    assert f"[default: {DRAWN}" in told


def test_a_file_of_reports_has_its_page_beside_it(tmp_path):
    file = tmp_path / "dump.txt"
    file.write_text(dump_text() * 2)
    assert run(file, "--timelines", 0).exit_code == 0
    page = tmp_path / "dump.index.html"
    hints = [row["hint"] for row in data_in(page)["rows"]]
    assert hints == [f"parley log timeline {file} --index {n}" for n in range(2)]


def test_what_else_there_is_of_a_call_is_linked(tmp_path):
    folder = store(tmp_path, varied(1))
    for name in ("log.txt", "audio.wav", "journal.jsonl", "secret.env"):
        (folder / "call-00000" / name).write_text("x")
    run(folder)
    [row] = data_in(folder / "index.html")["rows"]
    assert row["files"] == [
        ["report", "call-00000/report.json"],
        ["log", "call-00000/log.txt"],
        ["audio", "call-00000/audio.wav"],
    ]


def test_names_that_mean_something_in_a_url_are_written_so_that_they_do_not(tmp_path):
    folder = tmp_path / "a#b?c%20"
    store(folder, varied(1))
    (folder / "call-00000").rename(folder / "an 'odd' #1?")
    assert run(folder).exit_code == 0
    [row] = data_in(folder / "index.html")["rows"]
    assert row["link"] == "an%20%27odd%27%20%231%3F/timeline.html"
    assert (folder / unquote(row["link"])).exists()


def test_a_name_that_is_no_text_is_linked_all_the_same(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.json")).write_text(json.dumps(ours()))
    assert run(tmp_path).exit_code == 0
    [row] = data_in(tmp_path / "index.html")["rows"]
    assert row["files"] == [["report", "caf%E9.json"]]
    assert (tmp_path / os.fsdecode(unquote_to_bytes(row["link"]))).exists()


def test_what_cannot_be_read_is_named_on_stderr_and_on_the_page(tmp_path):
    (tmp_path / "good.json").write_text(json.dumps(ours()))
    for number in range(NAMED + 5):
        (tmp_path / f"bad{number:02d}.json").write_text("{")
    done = run(tmp_path)
    assert done.exit_code == 0
    assert done.stderr.startswith(f"warning: {NAMED + 5} not readable, not counted:\n")
    assert "  and 5 more\n" in done.stderr
    data = data_in(tmp_path / "index.html")
    assert data["unreadable"] == NAMED + 5
    assert str(tmp_path / "bad07.json") in data["problems"][7]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_nothing_to_read_is_no_page(tmp_path, name):
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / name)
    assert done.exit_code == 2
    assert str(tmp_path / name) in done.stderr
    assert list(tmp_path.rglob("*.html")) == []


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path):
    folder = store(tmp_path, varied(1))
    (folder / "index.html").write_text("<h1>My site</h1>")
    done = run(folder)
    assert done.exit_code == 1
    assert "there is another page of this name; -o names a file for this one" in done.stderr
    assert (folder / "index.html").read_text() == "<h1>My site</h1>"
    assert run(folder, "-o", folder / "index.html").exit_code == 0
    assert run(folder).exit_code == 0


def test_a_place_that_cannot_be_written_is_said_with_a_way_out(tmp_path):
    done = run(DUMP_FILE, "-o", tmp_path / "missing" / "page.html", "--timelines", 0)
    assert done.exit_code == 1
    assert "no such file or directory; -o names another file" in done.stderr


def test_a_timeline_that_cannot_be_written_is_said_and_the_page_is_there(tmp_path):
    file = tmp_path / "calls.jsonl"
    file.write_text(json.dumps(call(0)))
    (tmp_path / "index-timelines").write_text("in the way")
    done = run(tmp_path)
    assert done.exit_code == 1
    assert "not every timeline could be written" in done.stderr
    [row] = data_in(tmp_path / "index.html")["rows"]
    assert row["hint"] == f"parley log timeline {file} --index 0"


@pytest.mark.parametrize("opens", [True, False])
def test_open_asks_the_browser_and_says_when_there_is_none(tmp_path, monkeypatch, opens):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or opens)
    page = tmp_path / "page.html"
    done = run(DUMP_FILE, "-o", page, "--open", "--timelines", 0)
    assert done.exit_code == 0
    assert asked == [page.resolve().as_uri()]
    assert ("no browser could be opened" in done.stderr) is not opens


@pytest.mark.parametrize("name", ["report.json", "calls.json"])
def test_a_file_of_this_folder_needs_no_folder_in_its_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(json.dumps(call(0)))
    done = run(name)
    assert done.exit_code == 0
    page = tmp_path / f"{name.removesuffix('.json')}.index.html"
    [row] = data_in(page)["rows"]
    assert (tmp_path / row["link"]).exists()
    assert row["files"] == [["report", name]]


def test_a_folder_that_cannot_be_written_has_its_timeline_beside_the_page(tmp_path, monkeypatch):
    folder = store(tmp_path / "sessions", [call(0)])
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    page = tmp_path / "calls.html"
    assert run(folder, "-o", page).exit_code == 0
    [row] = data_in(page)["rows"]
    assert row["link"].startswith("calls-timelines/report-")
    assert (tmp_path / row["link"]).exists()
    assert not (folder / "call-00000" / "timeline.html").exists()
    assert row["files"] == [["report", "sessions/call-00000/report.json"]]


def test_the_folder_of_a_call_keeps_nothing_but_the_call(tmp_path):
    """What else lay in it would keep `parley log prune` from removing it."""
    folder = store(tmp_path, [call(0)]) / "call-00000"
    assert run(folder).exit_code == 0
    page = tmp_path / "call-00000.index.html"
    [row] = data_in(page)["rows"]
    assert row["link"] == "call-00000/timeline.html"
    assert {path.name for path in folder.iterdir()} == {"report.json", "timeline.html"}
