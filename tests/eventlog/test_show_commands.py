"""`parley log check` and `parley log show`, as a shell runs them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dump_text, dumped

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-c", "from eventlog.commands import app; app()"]


def run(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def in_a_shell(command, **env):
    return subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"RUN": " ".join(RUN[:2]), "CODE": RUN[2]} | env,
        timeout=60,
    )


@pytest.fixture
def broken(tmp_path):
    report = dumped()
    report["timestamp"] -= 10
    del report["events"][3]["item"]["hash"]
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(report))
    return path


def test_check_says_ok_and_how_many_events():
    done = run("check", DUMP_FILE, LIVEKIT_FILES[0])
    assert done.exit_code == 0
    assert done.output.splitlines()[0] == f"{DUMP_FILE}: ok (41 events)"


def test_check_names_event_rule_and_reason(broken):
    done = run("check", broken)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{broken}: event 3 item_99873f49f50a: K07: item: `hash` is missing",
        f"{broken}: report: I07: `timestamp` is 9.986757 s before the latest event",
    ]


def test_check_as_json_gives_one_object_a_report(broken, tmp_path):
    done = run("check", "--json", DUMP_FILE, broken, tmp_path / "missing")
    good, bad, missing = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 2
    assert (good["origin"], good["events"], good["findings"]) == ("livekit-1.3", 41, [])
    assert [finding["rule"] for finding in bad["findings"]] == ["K07", "I07"]
    assert missing["unreadable"] == "no such file or directory"


def test_anything_unreadable_makes_the_exit_code_2(broken, tmp_path):
    done = run("check", broken, tmp_path / "missing", DUMP_FILE)
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [f"{tmp_path / 'missing'}: no such file or directory"]
    assert "K07" in done.stdout
    assert "ok (41 events)" in done.stdout


def test_a_folder_without_reports_is_one_clear_line(tmp_path):
    for command in ("check", "show"):
        done = run(command, tmp_path)
        assert done.exit_code == 2
        assert done.stderr == f"{tmp_path}: no report.json in this folder or below it\n"


def test_later_reports_of_a_file_are_numbered(tmp_path):
    path = tmp_path / "two.txt"
    path.write_text(dump_text() * 2)
    assert run("check", path).stdout.splitlines()[1] == f"{path}[1]: ok (41 events)"


def test_show_prints_all_reports_or_one(tmp_path):
    path = tmp_path / "two.jsonl"
    lines = [json.dumps(dumped() | {"room": f"room-{n}"}) for n in range(2)]
    path.write_text("\n".join(lines))
    both, one = run("show", path), run("show", path, "--index", "1")
    assert both.exit_code == one.exit_code == 0
    assert "room-0" in both.stdout
    assert "room-1" in both.stdout
    assert "room-0" not in one.stdout
    assert "room-1" in one.stdout


def test_show_of_an_index_that_is_not_there(tmp_path):
    done = run("show", DUMP_FILE, "--index", "7")
    assert done.exit_code == 2
    assert done.stderr == f"{DUMP_FILE}: it has no report 7 (the first is 0)\n"


def test_show_as_json_turns_a_dump_into_json_lines():
    assert json.loads(run("show", DUMP_FILE, "--json").stdout) == dumped()


def test_show_of_a_truncated_file_shows_what_there_is(tmp_path):
    path = tmp_path / "cut.txt"
    path.write_text(dump_text() + dump_text()[:900])
    done = run("show", path)
    assert done.exit_code == 2
    assert "01:18.292 call  closed: user_initiated" in done.stdout
    assert "is cut off here" in done.stderr


@pytest.mark.parametrize("command", ["check", "show"])
def test_help_teaches_with_an_example(command):
    text = run(command, "--help").output
    assert "Example:" in text
    assert f"    parley log {command} " in text


def test_names_of_files_cannot_work_on_the_terminal(tmp_path):
    done = run("check", tmp_path / "a\x1b[2Jb")
    assert "\x1b" not in done.stderr
    assert "\\u001b[2Jb" in done.stderr


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_closed_pipe_is_quiet_and_no_verdict(command, tmp_path):
    many = tmp_path / "many.txt"
    many.write_text(dump_text() * 60)
    command = f'$RUN "$CODE" {command} {many}'
    done = in_a_shell(f"{{ {command}; echo $? > {tmp_path}/code; }} | head -1 >/dev/null")
    assert done.stderr == ""
    assert (tmp_path / "code").read_text() == "141\n"


def test_an_encoding_that_lacks_the_words_gets_escapes():
    done = in_a_shell(f'$RUN "$CODE" show {DUMP_FILE}', PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Here\\u2019s a quick snapshot" in done.stdout


def test_ctrl_c_is_quiet(tmp_path):
    program = (
        "import os, signal, eventlog.checker as c\n"
        "c.check = lambda report: os.kill(os.getpid(), signal.SIGINT)\n"
        "from eventlog.commands import app; app()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "check", str(DUMP_FILE)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr == ""


def test_the_commands_import_neither_rich_nor_a_pipeline():
    program = "import sys, eventlog.commands; print([m for m in sys.modules if m in sys.argv])"
    done = subprocess.run(
        [sys.executable, "-c", program, "rich.table", "rich.text", "pipecat", "numpy"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"
