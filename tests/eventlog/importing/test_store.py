"""What a report leaves in the store, and what it leaves alone."""

import json
import stat
from pathlib import Path

import pytest

from eventlog.importing import store as storing
from eventlog.importing.store import ImportingError, Outcome, Store
from eventlog.reader import LoggedReport, origin_of, read
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dump_text, dumped, livekit
from tests.eventlog.test_timeline_page import data_in


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def logged(data, source=Path("nowhere/calls.txt"), index=0):
    return LoggedReport(data, source, index, origin_of(data))


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "sessions"


def test_a_call_gets_a_private_folder_with_its_report_and_its_timeline(directory):
    (report,) = read(DUMP_FILE)
    brought = Store(directory).bring(report)
    assert brought.outcome is Outcome.IMPORTED
    assert brought.warning == ""
    assert brought.folder == directory / "AJ_r4vi52EqoUt8"
    files = {path.name: mode(path) for path in brought.folder.iterdir()}
    assert files == {"report.json": 0o600, "timeline.html": 0o600}
    assert mode(directory) == mode(brought.folder) == 0o700
    assert "Like, I want to know" in (brought.folder / "timeline.html").read_text()


@pytest.mark.parametrize("file", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_the_content_is_that_of_the_file_to_the_byte(directory, file):
    (report,) = read(file)
    written = (Store(directory).bring(report).folder / "report.json").read_text()
    assert written.strip() in file.read_text()


def test_values_that_other_encoders_would_change_are_kept(directory):
    odd = dumped() | {"extra": [1e22, 0.1, 123456789012345678901234567890, "\u2028\ud800", None]}
    folder = Store(directory).bring(logged(odd)).folder
    assert json.loads((folder / "report.json").read_text()) == odd


def test_a_report_that_is_there_already_is_not_touched(directory):
    store = Store(directory)
    folder = store.bring(logged(dumped())).folder
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert store.bring(logged(dumped())).outcome is Outcome.PRESENT
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert list(directory.iterdir()) == [folder]


def test_a_report_that_says_something_else_of_the_same_call_is_kept_out_unless_it_is_to_replace(
    directory,
):
    folder = Store(directory).bring(logged(dumped())).folder
    other = dumped() | {"room": "another-room"}
    assert Store(directory).bring(logged(other)).outcome is Outcome.DIFFERS
    assert json.loads((folder / "report.json").read_text()) == dumped()
    brought = Store(directory, replace=True).bring(logged(other))
    assert (brought.outcome, brought.folder) == (Outcome.REPLACED, folder)
    assert json.loads((folder / "report.json").read_text()) == other
    assert list(directory.iterdir()) == [folder]


def test_another_call_of_the_same_job_gets_a_folder_of_its_own_and_is_found_again(directory):
    calls = [logged(livekit("1.3.12", name)) for name in ("plain_turn", "two_turns", "text_input")]
    first = [Store(directory).bring(call) for call in calls]
    assert [brought.another for brought in first] == [False, True, True]
    assert len({brought.folder for brought in first}) == 3
    again = [Store(directory).bring(call) for call in reversed(calls)]
    assert {brought.outcome for brought in again} == {Outcome.PRESENT}
    assert len(list(directory.iterdir())) == 3


def test_a_call_of_ours_that_has_a_number_is_known(directory):
    for name, report in (("a1", dumped()), ("a1-2", livekit("1.3.12", "two_turns"))):
        (directory / name).mkdir(parents=True)
        (directory / name / "report.json").write_text(json.dumps(report | {"job_id": "a1"}))
    second = logged(livekit("1.3.12", "two_turns") | {"job_id": "a1"})
    brought = Store(directory).bring(second)
    assert (brought.outcome, brought.folder.name) == (Outcome.PRESENT, "a1-2")


def test_a_call_that_is_still_running_keeps_its_folder(directory):
    (directory / "AJ_r4vi52EqoUt8").mkdir(parents=True)
    (directory / "AJ_r4vi52EqoUt8" / "journal.jsonl").write_text("{}\n")
    brought = Store(directory).bring(logged(dumped()))
    assert brought.outcome is Outcome.IMPORTED
    assert brought.folder.name == "AJ_r4vi52EqoUt8-20260208T074746-081748Z"
    assert names(directory / "AJ_r4vi52EqoUt8") == ["journal.jsonl"]


def test_where_both_names_are_taken_by_something_else_nothing_is_overwritten(directory):
    for name in ("AJ_r4vi52EqoUt8", "AJ_r4vi52EqoUt8-20260208T074746-081748Z"):
        (directory / name).mkdir(parents=True)
        (directory / name / "report.json").write_text("mine")
    with pytest.raises(ImportingError, match="move it away"):
        Store(directory).bring(logged(dumped()))
    assert [path.read_text() for path in directory.glob("*/*")] == ["mine", "mine"]


@pytest.mark.parametrize("broken_by", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_import_that_is_broken_off_leaves_nothing(directory, monkeypatch, broken_by):
    def break_off(*_):
        raise broken_by

    monkeypatch.setattr(storing.reports, "write", break_off)
    with pytest.raises((KeyboardInterrupt, ImportingError)):
        Store(directory).bring(logged(dumped()))
    assert list(directory.iterdir()) == []


def test_a_timeline_that_cannot_be_drawn_costs_no_report(directory, monkeypatch):
    monkeypatch.setattr(storing, "write_beside", lambda report: ValueError("odd"))
    brought = Store(directory).bring(logged(dumped()))
    assert brought.outcome is Outcome.IMPORTED
    assert "timeline" in brought.warning
    assert names(brought.folder) == ["report.json"]


def recorded(path="/tmp/audio.ogg", began=1770536866.0):
    return dumped() | {"audio_recording_path": path, "audio_recording_started_at": began}


def test_the_recording_of_livekits_console_comes_along_and_is_in_step_on_the_page(
    tmp_path, directory
):
    console = tmp_path / "console-recordings" / "session-02-08-131904"
    console.mkdir(parents=True)
    (console / "audio.ogg").write_bytes(b"OggS")
    (console / "session_report.json").write_text(json.dumps(recorded(began=1770536867.081748)))
    (report,) = read(console / "session_report.json")
    folder = Store(directory).bring(report).folder
    assert (folder / "audio.ogg").read_bytes() == b"OggS"
    assert mode(folder / "audio.ogg") == 0o600
    sound = data_in((folder / "timeline.html").read_text())["sound"]
    assert sound["url"] == "audio.ogg"
    assert sound["offset"] == pytest.approx(1.0, abs=1e-5)  # a second after the first event


def test_a_recording_of_that_name_beside_many_reports_is_nobodys(tmp_path, directory):
    (tmp_path / "audio.ogg").write_bytes(b"OggS")
    (tmp_path / "calls.txt").write_text(dump_text())
    report = logged(recorded(), tmp_path / "calls.txt")
    assert names(Store(directory).bring(report).folder) == ["report.json", "timeline.html"]


def test_a_recording_at_the_very_path_that_the_report_gives_comes_along(tmp_path, directory):
    sound = (tmp_path / "call7.wav").resolve()
    sound.write_bytes(b"RIFF")
    report = logged(recorded(str(sound)), tmp_path / "calls.txt")
    assert (Store(directory).bring(report).folder / "call7.wav").exists()


def test_a_recording_elsewhere_is_never_looked_at(tmp_path, directory):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "secret.wav").write_bytes(b"secret")
    report = logged(recorded("../secret.wav"), tmp_path / "elsewhere" / "report.json")
    folder = Store(directory).bring(report).folder
    assert not (folder / "secret.wav").exists()


def test_a_recording_that_cannot_be_copied_is_told(tmp_path, directory, monkeypatch):
    sound = (tmp_path / "call7.wav").resolve()
    sound.write_bytes(b"RIFF")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storing, "copy", refuse)
    brought = Store(directory).bring(logged(recorded(str(sound)), tmp_path / "calls.txt"))
    assert "No space left" in brought.warning
    assert (brought.folder / "report.json").exists()
