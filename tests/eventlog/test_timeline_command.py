"""`parley log timeline`, as a shell runs it."""

import json
import webbrowser

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog import drawn_calls as calls
from tests.eventlog.reading import DUMP_FILE, dump_text, dumped


def run(*args):
    return CliRunner().invoke(app, ["timeline", *map(str, args)])


def room_in(page):
    text = page.read_text(encoding="utf-8")
    start = text.index('type="application/json">') + len('type="application/json">')
    return json.JSONDecoder().raw_decode(text, start)[0]["facts"]["room"]


def test_a_dump_becomes_a_page(tmp_path):
    page = tmp_path / "page.html"
    done = run(DUMP_FILE, "-o", page)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{page}: ")
    assert room_in(page) == dumped()["room"]


def test_the_page_of_a_session_lies_in_its_folder(tmp_path):
    calls.with_recording(tmp_path)
    assert run(tmp_path).exit_code == 0
    assert (tmp_path / "timeline.html").exists()


def test_of_several_reports_the_last_is_drawn_and_the_index_picks_another(tmp_path):
    file = tmp_path / "calls.jsonl"
    file.write_text("\n".join(json.dumps(dumped() | {"room": f"room-{n}"}) for n in range(3)))
    done = run(file)
    assert done.exit_code == 0
    assert "3 reports, this is the last; --index picks another" in done.stderr
    assert room_in(tmp_path / "calls.timeline.html") == "room-2"
    assert run(file, "--index", 1).exit_code == 0
    assert room_in(tmp_path / "calls.1.timeline.html") == "room-1"
    missing = run(file, "--index", 3)
    assert missing.exit_code == 2
    assert missing.stderr == f"{file}: it has no report 3 (the first is 0)\n"


def test_what_cannot_be_read_is_said_and_the_rest_is_drawn(tmp_path):
    file = tmp_path / "cut.txt"
    file.write_text(dump_text() + dump_text()[:900])
    done = run(file, "-o", tmp_path / "page.html")
    assert done.exit_code == 2
    assert "is cut off here" in done.stderr
    assert room_in(tmp_path / "page.html") == dumped()["room"]


def test_no_report_is_no_page(tmp_path):
    done = run(tmp_path / "missing", "-o", tmp_path / "page.html")
    assert done.exit_code == 2
    assert not (tmp_path / "page.html").exists()


def test_a_place_that_cannot_be_written_is_said_with_a_way_out(tmp_path):
    done = run(DUMP_FILE, "-o", tmp_path / "missing" / "page.html")
    assert done.exit_code == 1
    assert "no such file or directory; -o names another file" in done.stderr


@pytest.mark.parametrize("opens", [True, False])
def test_open_asks_the_browser_and_says_when_there_is_none(tmp_path, monkeypatch, opens):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or opens)
    done = run(DUMP_FILE, "-o", tmp_path / "page.html", "--open")
    assert done.exit_code == 0
    assert asked == [(tmp_path / "page.html").resolve().as_uri()]
    assert ("no browser could be opened" in done.stderr) is not opens


def test_sound_that_is_asked_for_and_not_there_is_said(tmp_path):
    done = run(DUMP_FILE, "-o", tmp_path / "page.html", "--embed-audio")
    assert done.exit_code == 0
    assert "no recording was found beside the report" in done.stderr


def test_help_teaches_with_an_example():
    text = run("--help").output
    assert "Example:" in text
    assert "    parley log timeline " in text
