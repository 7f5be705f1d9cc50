"""What is an old call's folder, and what is kept."""

import json
import os

import pytest
from typer.testing import CliRunner

from eventlog import file_lock
from eventlog.commands import app
from eventlog.prune.calls import Kept, OldCall, Reason, look, old_calls, remove
from tests.eventlog.prune.stores import DAY, NOW, journal_in, killed, reported

BEFORE = NOW - 30 * DAY


def found_in(folder):
    return list(old_calls(folder, BEFORE))


def removable(folder):
    return [found.folder.name for found in found_in(folder) if isinstance(found, OldCall)]


def kept(folder):
    return {
        found.folder.name: found.reason for found in found_in(folder) if isinstance(found, Kept)
    }


def test_the_time_of_a_call_is_that_of_its_report_whatever_the_file_says(tmp_path):
    reported(tmp_path, "old", 31)
    young = reported(tmp_path, "young", 29)
    os.utime(young / "report.json", (NOW - 400 * DAY, NOW - 400 * DAY))
    assert removable(tmp_path) == ["old"]
    assert kept(tmp_path) == {}


def test_what_a_call_leaves_is_counted_and_the_report_goes_last(tmp_path):
    folder = reported(tmp_path, "a", 40, audio_wav="RIFF", log_txt="l", llm_jsonl="{}")
    (folder / "journal.jsonl").write_text("{}\n")
    (call,) = found_in(tmp_path)
    assert call.files[-2:] == ("journal.jsonl", "report.json")
    assert call.size == sum(path.stat().st_size for path in folder.iterdir())
    assert call.ended_at == json.loads((folder / "report.json").read_text())["timestamp"]
    remove(call)
    assert list(tmp_path.iterdir()) == []


def test_what_was_exported_of_a_call_goes_with_it(tmp_path):
    folder = reported(tmp_path, "a", 40)
    for command in ("trace", "vtt", "judge"):
        assert CliRunner().invoke(app, ["export", command, str(folder)]).exit_code == 0
    assert len(list(folder.iterdir())) == 5
    assert removable(tmp_path) == ["a"]


def test_a_killed_call_that_was_never_recovered_goes_by_its_journal(tmp_path):
    killed(tmp_path, "old", 31)
    killed(tmp_path, "young", 2)
    (call,) = found_in(tmp_path)
    assert (call.folder.name, call.reported) == ("old", False)


def test_a_call_that_still_goes_on_is_kept_however_long_nothing_happened(tmp_path):
    journal = journal_in(tmp_path, "quiet", 31)
    assert kept(tmp_path) == {"quiet": Reason.LIVE}
    journal.close()
    assert removable(tmp_path) == ["quiet"]


def test_where_no_lock_tells_a_journal_that_was_written_lately_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(file_lock, "is_held", lambda path: None)
    path = killed(tmp_path, "a", 31) / "journal.jsonl"
    assert kept(tmp_path) == {"a": Reason.LIVE}
    os.utime(path, (NOW - 2 * DAY, NOW - 2 * DAY))
    assert removable(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["notes.md", "report.pdf", "my.json", "journal.jsonl.gz"])
def test_a_folder_that_holds_what_no_call_leaves_is_kept(tmp_path, name):
    (reported(tmp_path, "a", 31) / name).write_text("mine")
    assert kept(tmp_path) == {"a": Reason.NOT_ALONE}
    assert name in str(found_in(tmp_path)[0])


def test_a_folder_with_a_folder_in_it_is_kept(tmp_path):
    (reported(tmp_path, "a", 31) / "src.wav").mkdir()
    assert kept(tmp_path) == {"a": Reason.NOT_ALONE}


def test_a_folder_that_is_no_calls_is_not_even_told(tmp_path):
    for name, file in (("project", "main.py"), ("sounds", "audio.wav"), ("pages", "timeline.html")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "report.json").write_text("{}")
    assert found_in(tmp_path) == []


def test_calls_further_below_are_not_looked_at(tmp_path):
    reported(tmp_path / "archive", "a", 400)
    assert found_in(tmp_path) == []


def test_nothing_behind_a_link_is_looked_at(tmp_path):
    store, elsewhere = tmp_path / "store", tmp_path / "elsewhere"
    store.mkdir()
    (store / "link").symlink_to(reported(elsewhere, "a", 400))
    assert found_in(store) == []
    assert look(store / "link", BEFORE) is None


def test_a_link_in_a_calls_folder_keeps_it(tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_text("mine")
    (reported(tmp_path / "store", "a", 31) / "audio.wav").symlink_to(secret)
    assert kept(tmp_path / "store") == {"a": Reason.NOT_ALONE}
    linked = tmp_path / "store" / "b"
    linked.mkdir()
    (linked / "report.json").symlink_to(tmp_path / "store" / "a" / "report.json")
    assert kept(tmp_path / "store")["b"] is Reason.NOT_ALONE


@pytest.mark.parametrize("name", ["report.json", "journal.jsonl"])
def test_a_pipe_is_not_waited_for(tmp_path, name):
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / name)
    assert kept(tmp_path) == {"a": Reason.NOT_ALONE}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"job_id": "a", "events": []}', "\x00"])
def test_a_report_that_tells_no_time_is_kept(tmp_path, text):
    (reported(tmp_path, "a", 31) / "report.json").write_text(text)
    assert kept(tmp_path) == {"a": Reason.UNKNOWN}


def test_a_journal_that_cannot_be_read_is_kept(tmp_path):
    (killed(tmp_path, "a", 31) / "journal.jsonl").write_text("nothing of the kind\n")
    assert kept(tmp_path) == {"a": Reason.UNKNOWN}


def test_a_time_that_somebody_turned_back_does_not_make_a_call_old(tmp_path):
    folder = reported(tmp_path, "a", 1)
    report = json.loads((folder / "report.json").read_text()) | {"timestamp": 0.0}
    (folder / "report.json").write_text(json.dumps(report))
    assert found_in(tmp_path) == []


def test_a_removal_that_was_broken_off_is_finished_by_the_next(tmp_path):
    folder = reported(tmp_path, "a", 31, audio_wav="RIFF")
    (folder / "audio.wav").unlink()
    assert removable(tmp_path) == ["a"]
