"""`parley log import`, as a shell runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog.reading import DUMP_FILE, FIXTURES, dump_text, dumped, livekit
from tests.eventlog.terminal import all_of, terminal

ROOT = Path(__file__).parents[3]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def run(*args):
    return CliRunner().invoke(app, ["import", *(str(arg) for arg in args)])


@pytest.fixture
def store(tmp_path):
    return tmp_path / "sessions"


@pytest.fixture
def files(tmp_path):
    """A dump of three calls, one of them twice, LiveKit's files of any name, and something else."""
    folder = tmp_path / "given"
    folder.mkdir()
    second = json.dumps(dumped() | {"job_id": "AJ_second"}, indent=2)
    (folder / "dump.txt").write_text(dump_text() * 2 + second + "\n")
    (folder / "one.json").write_text(json.dumps(livekit("1.8.9", "interruption")))
    lines = [json.dumps(livekit("1.3.12", name)) for name in ("two_turns", "llm_error")]
    (folder / "lines.jsonl").write_text("\n".join(lines))
    (folder / "other.json").write_text('{"no": "report"}')
    return folder


def test_everything_that_the_reader_reads_is_brought_in_once(files, store):
    done = run(files, "--into", store)
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        f"{files}/other.json:1: not a session report: it has no `job_id`"
    ]
    lines = done.stdout.splitlines()
    assert lines[0] == f"{store}/AJ_r4vi52EqoUt8: imported"
    assert lines[-1] == "5 imported, 1 there already, 1 unreadable"
    assert sum(line.endswith("(another call of the same job is there)") for line in lines) == 2
    assert len(list(store.glob("*/report.json"))) == len(list(store.glob("*/timeline.html"))) == 5


def test_a_second_import_changes_nothing(files, store):
    (files / "other.json").unlink()
    run(files, "--into", store)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    done = run(files, "--into", store)
    assert (done.exit_code, done.stdout) == (0, "0 imported, 6 there already\n")
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before


def test_the_store_itself_may_be_imported(store):
    run(DUMP_FILE, "--into", store)
    assert run(store, "--into", store).stdout == "0 imported, 1 there already\n"


def test_a_report_that_differs_is_told_kept_out_and_replaced_when_asked(tmp_path, store):
    run(DUMP_FILE, "--into", store)
    (tmp_path / "other.json").write_text(json.dumps(dumped() | {"room": "r"}))
    done = run(tmp_path / "other.json", "--into", store)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{store}/AJ_r4vi52EqoUt8: differs from the report in {tmp_path}/other.json; "
        "--replace replaces it",
        "0 imported, 1 differs",
    ]
    done = run(tmp_path / "other.json", "--into", store, "--replace")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "0 imported, 1 replaced")
    assert json.loads((store / "AJ_r4vi52EqoUt8" / "report.json").read_text())["room"] == "r"


def test_machines_get_a_line_for_each_report(files, store):
    found = [json.loads(line) for line in run(files, "--into", store, "--json").stdout.splitlines()]
    assert [each.get("outcome", "unreadable") for each in found] == [
        "imported", "there already", "imported", "imported", "imported", "imported", "unreadable",
    ]  # fmt: skip
    assert found[0] == {
        "file": str(files / "dump.txt"),
        "index": 0,
        "job_id": "AJ_r4vi52EqoUt8",
        "outcome": "imported",
        "folder": str(store / "AJ_r4vi52EqoUt8"),
        "warning": None,
    }


def test_a_store_that_is_a_file_or_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    done = run(DUMP_FILE, "--into", tmp_path / "file")
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path}/file: not a folder; --into names "
                                                "another\n")  # fmt: skip
    done = run(DUMP_FILE, "--into", tmp_path / "file" / "below")
    assert done.exit_code == 2
    assert "not imported: " in done.stderr
    assert done.stdout == "0 imported, 1 failed\n"


def test_no_file_and_a_missing_one_are_said(store, tmp_path):
    assert run("--into", store).exit_code == 2
    done = run(tmp_path / "nope.json", "--into", store)
    assert (done.exit_code, done.stderr) == (
        2,
        f"{tmp_path}/nope.json: no such file or directory\n",
    )
    assert not store.exists()


def test_a_job_id_that_leads_elsewhere_stays_in_the_store(tmp_path, store):
    (tmp_path / "bad.json").write_text(json.dumps(dumped() | {"job_id": "../../\x1b[2Jx"}))
    done = run(tmp_path / "bad.json", "--into", store)
    assert done.exit_code == 0
    assert "\x1b" not in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.json", "sessions"]


def test_the_other_commands_read_what_was_imported(files, store):
    run(files, "--into", store)
    assert CliRunner().invoke(app, ["stats", str(store)]).stdout.startswith("5 calls")
    assert CliRunner().invoke(app, ["check", str(store)]).exit_code == 0


def test_ctrl_c_in_the_middle_leaves_whole_folders_only(files, store):
    program = (
        "import os, signal\n"
        "import eventlog.importing.store as s\n"
        "write, calls = s.reports.write, []\n"
        "def second(*given):\n"
        "    calls.append(1)\n"
        "    os.kill(os.getpid(), signal.SIGINT) if len(calls) == 2 else write(*given)\n"
        "s.reports.write = second\n"
        "from eventlog.commands import app; app()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "import", str(files), "--into", str(store)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (130, "")
    assert names(store) == ["AJ_r4vi52EqoUt8"]
    assert names(store / "AJ_r4vi52EqoUt8") == ["report.json", "timeline.html"]


def test_a_terminal_sees_how_far_it_is(tmp_path, store):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(30):
        (many / f"{number}.json").write_text(json.dumps(dumped() | {"job_id": f"AJ_{number}"}))
    program = "from eventlog.commands import app; app()"
    with terminal() as (ours, theirs):
        done = subprocess.run(
            [sys.executable, "-c", program, "import", str(many), "--into", str(store)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            cwd=ROOT,
            timeout=60,
        )
        os.close(theirs)
        told = all_of(ours)
    assert done.stdout.splitlines()[-1] == b"30 imported"
    assert b"\r25 reports" in told
    assert told.endswith(b"\r\x1b[K")  # wiped before the last line


def test_a_call_of_ours_is_brought_with_its_recording(tmp_path, store):
    home = tmp_path / "elsewhere" / "a1"
    home.mkdir(parents=True)
    report = dumped() | {"audio_recording_path": "/gone/audio.wav", "audio_recording_started_at": 1}
    (home / "report.json").write_text(json.dumps(report))
    (home / "audio.wav").write_bytes(b"RIFF")
    assert run(home, "--into", store).exit_code == 0
    left = sorted(path.name for path in (store / "AJ_r4vi52EqoUt8").iterdir())
    assert left == ["audio.wav", "report.json", "timeline.html"]


def test_help_teaches_with_an_example():
    text = run("--help").output
    assert "parley log import session_dump.txt" in text


def test_the_fixtures_of_livekit_all_come_in(tmp_path, store):
    shutil.copytree(FIXTURES / "livekit", tmp_path / "livekit")
    done = run(tmp_path / "livekit", "--into", store)
    assert done.stdout.splitlines()[-1] == "68 imported, 2 unreadable"  # the two are the scenarios
