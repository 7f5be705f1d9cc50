"""The one file of a page: complete, closed to the network, closed to what strangers said."""

import base64
import hashlib
import json
import os
import re
import stat

import pytest

from eventlog.reader import read
from eventlog.timeline.page import PAGE, modules
from eventlog.timeline.writing import write
from tests.eventlog import drawn_calls as calls
from tests.eventlog.reading import dumped, logged

SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def page_of(data, tmp_path, **options):
    path = tmp_path / "page.html"
    write(logged(data), path, **options)
    return path.read_text(encoding="utf-8")


def data_in(page):
    [text] = re.findall(r'<script id="data"[^>]*>(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_a_page_is_at_most_100_kb_beside_its_data(tmp_path):
    page = page_of(dumped(), tmp_path)
    assert len(page) - len(json.dumps(data_in(page))) < 100_000


def test_a_page_refers_to_nothing_outside_of_itself(tmp_path):
    page = page_of(dumped(), tmp_path)
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", page)
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == ["data:,"]
    assert not re.search(r"^(import|export) ", page, re.MULTILINE)


def test_the_policy_names_the_script_and_the_style_by_their_hashes(tmp_path):
    page = page_of(dumped(), tmp_path)
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    [script] = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for kind, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_what_strangers_said_ends_no_script(tmp_path):
    page = page_of(calls.hostile(), tmp_path)
    assert len(SCRIPT.findall(page)) == 3
    assert page.count("</script") == 3
    assert "\u2028" not in page
    assert data_in(page)["lines"][1]["text"].endswith(calls.EVIL)


def test_every_module_is_in_the_page_once_and_no_two_share_a_name():
    assert sorted(modules()) == sorted(path.name for path in PAGE.glob("*.js"))
    names = []
    for path in PAGE.glob("*.js"):
        names += re.findall(
            r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    assert sorted(names) == sorted(set(names))


def test_no_module_makes_markup_of_words():
    for path in PAGE.glob("*.js"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)


def test_a_page_is_private_and_replaces_the_one_before_as_a_whole(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    written = write(logged(dumped()), path)
    assert written.size == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_sound_is_referred_to_from_where_the_page_lies(tmp_path):
    home = tmp_path / "a call #1"
    home.mkdir()
    [report] = read(calls.with_recording(home))
    write(report, home / "timeline.html")
    assert data_in((home / "timeline.html").read_text())["sound"]["url"] == "audio.wav"
    elsewhere = tmp_path / "page.html"
    write(report, elsewhere)
    assert data_in(elsewhere.read_text())["sound"]["url"] == "a%20call%20%231/audio.wav"


def test_a_sound_in_a_folder_whose_name_is_no_utf8_is_referred_to_byte_by_byte(tmp_path):
    home = tmp_path / os.fsdecode(b"caf\xe9")
    home.mkdir()
    [report] = read(calls.with_recording(home))
    (home / "log.txt").write_text("", encoding="utf-8")
    page = tmp_path / "page.html"
    write(report, page)
    told = data_in(page.read_text())
    assert told["sound"]["url"] == "caf%E9/audio.wav"
    assert told["log"]["url"] == "caf%E9/log.txt"


def test_a_page_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write(logged(dumped()), tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_an_embedded_sound_is_compressed(tmp_path):
    [report] = read(calls.with_recording(tmp_path))
    written = write(report, tmp_path / "page.html", embed_audio=True)
    page = (tmp_path / "page.html").read_text()
    [inside] = re.findall(r'<script id="inside"[^>]*>(.*?)</script>', page, re.DOTALL)
    sound = json.loads(inside)
    assert (sound["type"], written.warning) == ("audio/webm", "")
    assert len(sound["base64"]) < (tmp_path / "audio.wav").stat().st_size / 5


def test_a_sound_that_cannot_be_compressed_goes_in_as_it_is_with_a_warning(tmp_path, monkeypatch):
    [report] = read(calls.with_recording(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    written = write(report, tmp_path / "page.html", embed_audio=True)
    assert "not compressed" in written.warning
    assert "it adds 2.5 MB" in written.warning
    assert '"type":"audio/wav"' in (tmp_path / "page.html").read_text()
