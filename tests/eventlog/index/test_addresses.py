"""What of a store may be had from outside, and under which URL."""

import json
import os

import pytest

from eventlog.index.addresses import HandedOut
from tests.eventlog.index.stores import call, store

FOLDER = "day/call-00000"


@pytest.fixture
def folder(tmp_path):
    """A call's folder in a store, with more in it than is anybody's business."""
    found = store(tmp_path / "sessions" / "day", [call(0)]) / "call-00000"
    for name in ("audio.wav", "log.txt", "journal.jsonl", ".env", "secret.txt", ".hidden.wav"):
        (found / name).write_text("x")
    os.mkfifo(found / "pipe.wav")
    (tmp_path / "report.json").write_text("{}")
    return found


@pytest.fixture
def handed_out(tmp_path, folder):
    return HandedOut(tmp_path / "sessions")


@pytest.mark.parametrize("name", ["report.json", "audio.wav", "log.txt"])
def test_the_files_of_a_call_are_handed_out(handed_out, folder, name):
    assert handed_out.file(f"{FOLDER}/{name}") == folder / name


@pytest.mark.parametrize(
    "place",
    [
        f"{FOLDER}/journal.jsonl",
        f"{FOLDER}/.env",
        f"{FOLDER}/.hidden.wav",
        f"{FOLDER}/secret.txt",
        f"{FOLDER}/pipe.wav",
        f"{FOLDER}/missing.wav",
        f"{FOLDER}/llm.jsonl",
        f"{FOLDER}/a\0.wav",
        f"{FOLDER}/",
        FOLDER,
        "",
        "report.json",
        "../report.json",
        "./report.json",
        "day/../../report.json",
        f"day/../{FOLDER}/report.json",
        f"/{FOLDER}/report.json",
        "day//call-00000/report.json",
        "c" * 300 + "/report.json",
        "c/" * 3000 + "report.json",
    ],
)
def test_nothing_else_is(handed_out, place):
    assert handed_out.file(place) is None


def test_a_link_leads_nowhere(tmp_path, handed_out):
    elsewhere = store(tmp_path / "elsewhere", [call(3)]) / "call-00000"
    (tmp_path / "sessions" / "linked").symlink_to(elsewhere)
    (tmp_path / "sessions" / FOLDER / "linked.wav").symlink_to(tmp_path / "report.json")
    assert handed_out.file("linked/report.json") is None
    assert handed_out.report("linked") is None
    assert handed_out.file(f"{FOLDER}/linked.wav") is None


def test_a_log_or_a_sound_that_is_of_no_call_is_not_handed_out(tmp_path, handed_out):
    other = tmp_path / "sessions" / "music"
    other.mkdir()
    (other / "song.mp3").write_text("x")
    (other / "log.txt").write_text("x")
    assert handed_out.file("music/log.txt") is None
    (other / "log.txt").unlink()
    assert handed_out.file("music/song.mp3") is None


def test_a_sound_may_lie_below_its_report(handed_out, folder):
    (folder / "sounds").mkdir()
    (folder / "sounds" / "both.ogg").write_text("x")
    assert handed_out.file(f"{FOLDER}/sounds/both.ogg") is not None


def test_a_report_is_found_by_its_folder_or_by_its_file_and_number(tmp_path, handed_out, folder):
    dump = tmp_path / "sessions" / "dump.json"
    dump.write_text(json.dumps(call(1)))
    assert handed_out.report(FOLDER) == (folder / "report.json", 0)
    assert handed_out.report("dump.json/12") == (dump, 12)
    for place in ("", "day", "dump.json", "dump.json/", "dump.json/x", "dump.json/-1",
                  "dump.json/1/2", "nothing/0", "dump.json/" + "9" * 30, "dump.json/²",
                  f"{FOLDER}/audio.wav/0", f"{FOLDER}/.env/0", "../report.json/0"):  # fmt: skip
        assert handed_out.report(place) is None, place


def test_the_store_may_be_a_link_itself_or_the_folder_of_a_call(tmp_path, handed_out, folder):
    (tmp_path / "linked").symlink_to(tmp_path / "sessions")
    assert HandedOut(tmp_path / "linked").report(FOLDER) == (folder / "report.json", 0)
    assert HandedOut(folder).report("") == (folder / "report.json", 0)
    assert HandedOut(folder).file("log.txt") == folder / "log.txt"
