"""Days of tables, and what becomes of those that were there before."""

import json
from pathlib import Path

import pytest

from eventlog.export import parquet
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.export.lake import run, table
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped


def test_a_day_that_is_exported_again_is_replaced_and_that_is_said(tmp_path):
    lake = tmp_path / "lake"
    first = run(DUMP_FILE, "-o", lake)
    assert first.stdout.splitlines()[0] == "day=2026-02-08: 1 call"
    again = run(DUMP_FILE, "-o", lake)
    assert again.stdout.splitlines()[0] == "day=2026-02-08: 1 call, in place of what was there"
    assert len(table(lake, "calls")) == 1
    assert len(table(lake, "events")) == len(dumped()["events"])
    assert sorted(path.name for path in lake.iterdir()) == ["calls", "events", "turns"]


def test_a_day_without_turns_takes_away_those_it_had(tmp_path):
    silent = tmp_path / "silent.json"
    silent.write_text(json.dumps(drawn.report([drawn.close(1.0)])))
    spoken = tmp_path / "spoken.json"
    spoken.write_text(json.dumps(drawn.everything()))
    lake = tmp_path / "lake"
    run(spoken, "-o", lake)
    run(silent, "-o", lake)
    assert not list(lake.glob("turns/*"))
    assert len(table(lake, "events")) == 1


def test_other_days_are_left_as_they_are(tmp_path):
    lake = tmp_path / "lake"
    run(DUMP_FILE, "-o", lake)
    run(LIVEKIT_FILES[0], "-o", lake)
    assert len(table(lake, "calls")) == 2


def test_the_files_are_private(tmp_path):
    run(DUMP_FILE, "-o", tmp_path / "lake")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "lake").rglob("*.parquet")}
    assert modes == {0o600}
    folders = [tmp_path / "lake", *(tmp_path / "lake").glob("**/")]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


@pytest.mark.parametrize("begun", [None, -1e300, 1e300])
def test_a_call_at_no_time_is_under_no_day(tmp_path, begun):
    events = [] if begun is None else [{"type": "close", "created_at": begun}]
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"job_id": 7, "events": events}))
    assert run(path, "-o", tmp_path / "lake").exit_code == 0
    assert table(tmp_path / "lake", "calls", "job_id, day") == [("7", None)]


def test_ctrl_c_leaves_the_tables_as_they_were(tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(DUMP_FILE, "-o", lake)
    before = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    written = []

    def interrupt(*args):
        written.append(args[2])
        if len(written) == 2:
            raise KeyboardInterrupt
        return real(*args)

    real = parquet._write_table
    monkeypatch.setattr(parquet, "_write_table", interrupt)
    done = run(DUMP_FILE, "-o", lake)
    assert done.exit_code == 130
    assert written == ["calls", "turns"]
    assert {path: path.stat().st_mtime_ns for path in lake.rglob("*")} == before


def test_a_day_that_cannot_be_moved_stays_what_it_was(tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(DUMP_FILE, "-o", lake)
    rename = Path.rename

    def fail(path, target):
        if "tables" in path.parts:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    done = run(DUMP_FILE, "-o", lake)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no space left on device" in done.stderr
    assert len(table(lake, "calls")) == 1
