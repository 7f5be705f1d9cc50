"""`parley log prune`, as a shell runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.prune import calls as pruning
from eventlog.prune import command
from tests.eventlog.prune.stores import journal_in, killed, reported
from tests.eventlog.terminal import terminal

ROOT = Path(__file__).parents[3]


def run(*args):
    return CliRunner().invoke(app, ["prune", *(str(arg) for arg in args)])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def store(tmp_path):
    """Two old calls, one of them killed, and a young one."""
    folder = tmp_path / "sessions"
    reported(folder, "a", 41, audio_wav="x" * 3_000_000)
    killed(folder, "b", 38)
    reported(folder, "c", 5)
    return folder


def test_a_dry_run_tells_what_would_go_and_touches_nothing(store):
    done = run("--older-than", "30d", "--dry-run", store)
    assert done.exit_code == 0
    first, second, total = done.stdout.splitlines()
    assert first == f"{store}/a: 41 days old, 3.0 MB"
    assert second.startswith(f"{store}/b: 38 days old, ")
    assert second.endswith(" B, never recovered: it has a journal and no report")
    assert total == "2 calls, 3.0 MB"
    assert names(store) == ["a", "b", "c"]
    assert "audio.wav" in names(store / "a")


def test_with_yes_the_old_calls_go_and_nothing_else(store):
    done = run("--older-than", "30d", "--yes", store)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "removed 2 calls, 3.0 MB"
    assert names(store) == ["c"]
    assert names(store / "c") == ["report.json", "timeline.html"]


def test_nobody_to_ask_and_no_yes_removes_nothing(store):
    done = run("--older-than", "30d", store)
    assert done.exit_code == 2
    assert done.stderr == "nothing was removed: --yes removes them, --dry-run only looks\n"
    assert names(store) == ["a", "b", "c"]


def asked(store, answer):
    program = "from eventlog.commands import app; app()"
    with terminal() as (ours, theirs):
        process = subprocess.Popen(
            [sys.executable, "-c", program, "prune", "--older-than", "30d", str(store)],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        os.close(theirs)
        os.write(ours, answer)
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize("answer", [b"n\n", b"\n"])
def test_a_person_is_asked_and_may_say_no(store, answer):
    code, out, err = asked(store, answer)
    assert "Remove them? They cannot be had back. [y/N]" in err
    assert out.splitlines()[-1] == "nothing was removed"
    assert code == 1
    assert names(store) == ["a", "b", "c"]


def test_a_person_may_say_yes(store):
    code, out, _ = asked(store, b"y\n")
    assert (code, out.splitlines()[-1]) == (0, "removed 2 calls, 3.0 MB")
    assert names(store) == ["c"]


def test_a_live_call_is_kept_and_told(store):
    journal = journal_in(store, "live", 100)
    done = run("--older-than", "30d", "--yes", store)
    journal.close()
    assert done.exit_code == 0
    assert done.stderr == f"{store}/live: kept, its journal is still being written\n"
    assert names(store) == ["c", "live"]


def test_a_folder_with_notes_is_kept_told_and_exit_code_1(store):
    (store / "a" / "notes.md").write_text("mine")
    done = run("--older-than", "30d", "--yes", store)
    assert done.exit_code == 1
    assert done.stderr == f"{store}/a: kept, it holds notes.md, which no call leaves\n"
    assert names(store) == ["a", "c"]


def test_what_cannot_be_read_is_kept_and_exit_code_2(store):
    (store / "a" / "report.json").write_text("{")
    done = run("--older-than", "30d", "--yes", store)
    assert done.exit_code == 2
    assert "its age is not known" in done.stderr
    assert names(store) == ["a", "c"]


def test_a_call_that_changed_while_the_question_stood_is_kept(store, monkeypatch):
    def recovered_meanwhile(yes, as_json):
        (store / "b" / "report.json").write_text("{}")
        return 0

    monkeypatch.setattr(command, "_may_remove", recovered_meanwhile)
    done = run("--older-than", "30d", store)
    assert done.exit_code == 2
    assert "changed meanwhile" in done.stderr
    assert names(store) == ["b", "c"]


def test_what_cannot_be_removed_is_told_and_the_others_go(store, monkeypatch):
    removes = pruning.remove

    def refuse(call):
        if call.folder.name == "a":
            raise PermissionError(13, "Permission denied")
        removes(call)

    monkeypatch.setattr(pruning, "remove", refuse)
    done = run("--older-than", "30d", "--yes", store)
    assert done.exit_code == 2
    assert done.stderr == f"{store}/a: not removed (permission denied)\n"
    assert names(store) == ["a", "c"]


def test_nothing_old_is_said(store):
    done = run("--older-than", "10w", store)
    assert done.exit_code == 0
    assert done.stdout == f"{store}: no call that is older than 10w can be removed\n"


def test_machines_get_an_object_a_call(store):
    (store / "a" / "notes.md").write_text("mine")
    for how, outcome in (("--dry-run", "old"), ("--yes", "removed")):
        done = run("--older-than", "30d", how, "--json", store)
        kept, gone = [json.loads(line) for line in done.stdout.splitlines()]
        assert (kept["folder"], kept["outcome"]) == (f"{store}/a", "kept")
        assert (gone["folder"], gone["outcome"]) == (f"{store}/b", outcome)
        assert gone["reported"] is False
    assert run("--older-than", "3d", "--json", store).exit_code == 2
    assert names(store) == ["a", "c"]


@pytest.mark.parametrize("length", ["30", "6m", "0d", "soon"])
def test_a_length_that_is_none_is_one_clear_line(store, length):
    done = run("--older-than", length, "--yes", store)
    assert done.exit_code == 2
    assert done.stderr == (
        f"--older-than '{length}' is no length of time: say 30d (days), 12h (hours), 2w (weeks)\n"
    )
    assert names(store) == ["a", "b", "c"]


def test_a_place_that_is_no_store_is_refused(store):
    file = store / "c" / "report.json"
    for place, problem in (
        (store / "none", "no such folder"),
        (file, "not a folder"),
        (store / "a", "the folder of one call; name the folder of such folders"),
    ):
        done = run("--older-than", "1d", "--yes", place)
        assert (done.exit_code, done.stderr) == (2, f"{place}: {problem}\n")
    assert "report.json" in names(store / "a")


def test_without_a_length_nothing_is_done(store):
    done = run("--yes", store)
    assert done.exit_code == 2
    assert names(store) == ["a", "b", "c"]


def test_help_teaches_with_an_example():
    assert "    parley log prune --older-than 30d --dry-run" in run("--help").output
