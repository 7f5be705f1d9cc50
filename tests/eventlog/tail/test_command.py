"""`parley log tail`, as a shell runs it."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog.folding import Script, Told
from tests.eventlog.tail.growing import Growing

ROOT = Path(__file__).parents[3]
RUN = [sys.executable, "-c", "from eventlog.commands import app; app()", "tail"]


def call() -> Script:
    script = Script().start().says(1, "Hello.").user_turn(4, "What is\x1b[2J the weather?")
    return script.reply(5.5, "Sunny.").close(9)


def run(*arguments):
    return CliRunner().invoke(app, ["tail", *(str(argument) for argument in arguments)])


@pytest.fixture
def finished(tmp_path) -> Path:
    growing = Growing(tmp_path / "sessions" / "a", call().signals)
    growing.end()
    growing.report(Told(call().signals).data)
    return growing.folder


@pytest.fixture
def going_on(tmp_path):
    growing = Growing(tmp_path / "sessions" / "b", call().signals)
    yield growing
    growing.end()


def following(folder: Path, *arguments: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [*RUN, "--follow", *arguments, str(folder)],
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        **options,
    )


def test_without_follow_the_last_ten_events_are_shown(finished):
    done = run(finished)
    assert done.exit_code == 0
    assert done.stderr == f"{finished}: ended\n"
    lines = done.stdout.splitlines()
    assert len(lines) == 10
    assert lines[-3:-1] == [
        "00:07.500 agent Sunny.  (heard for 1.000 s · transcription 0.375 · endpointing 0.500 "
        "· llm ttft 0.250 · tts ttfb 0.625 · e2e 1.500)",
        "00:07.500 agent is listening",
    ]


def test_what_a_stranger_said_moves_no_cursor(finished):
    assert "What is\\u001b[2J the weather?" in run(finished, "-n", 100).stdout


def test_the_file_the_folder_and_the_folder_of_calls_are_the_same_call(finished, monkeypatch):
    expected = run(finished).stdout
    for given in (finished / "journal.jsonl", finished / "report.json", finished.parent):
        assert run(given).stdout == expected
    monkeypatch.setenv("PARLEY_LOG_DIR", str(finished.parent))
    assert run().stdout == expected
    monkeypatch.delenv("PARLEY_LOG_DIR")
    monkeypatch.chdir(finished.parent.parent)
    assert run().stdout == expected


def test_json_is_the_report_s_events_one_a_line(finished):
    lines = run(finished, "--json", "--lines", 1000).stdout.splitlines()
    assert [json.loads(line) for line in lines] == Told(call().signals).data["events"]
    assert [
        json.loads(line)["type"] for line in run(finished, "--json", "-n1").stdout.split("\n")[:-1]
    ] == ["close"]


def test_following_a_finished_call_says_how_it_ended_and_where_its_report_is(finished):
    done = run(finished, "--follow")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[-1] == f"closed: user_initiated; report: {finished}/report.json"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("nothing", "there is no such file or folder"),
        ("empty", "there is no call in it yet; --follow waits for one"),
        ("empty/notes.txt", "it is neither a journal.jsonl nor a report.json"),
    ],
)
def test_what_is_no_call_is_told_with_its_remedy(tmp_path, given, why):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    done = run(tmp_path / given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert why in done.stderr


def test_a_damaged_journal_is_named(tmp_path):
    (tmp_path / "journal.jsonl").write_text("no header\n")
    done = run(tmp_path)
    assert done.exit_code == 2
    assert "line 1 is not the header of a journal" in done.stderr


def test_a_call_whose_process_is_gone_is_exit_code_1(tmp_path):
    Growing(tmp_path / "a", Script().start().signals).end()
    for arguments in ([], ["--follow"]):
        done = run(tmp_path / "a", *arguments)
        assert done.exit_code == 1
        assert f"its process is gone; parley log recover {tmp_path}/a" in done.stderr


def test_each_line_comes_at_once_also_into_a_pipe(going_on):
    tail = following(going_on.folder)
    assert tail.stdout is not None
    assert tail.stderr is not None
    assert tail.stderr.readline() == f"{going_on.folder}: under way\n"
    for signals, line in ((1, "is listening"), (2, "has a line to say")):
        going_on.grow(signals)
        assert line in tail.stdout.readline()
    going_on.end()
    going_on.report(Told(call().signals).data)
    assert tail.wait(20) == 0
    assert tail.stdout.read().splitlines()[-1].endswith("call  closed: user_initiated")


def test_following_waits_for_a_call(tmp_path):
    directory = tmp_path / "sessions"
    tail = following(directory.parent, "--json")
    assert tail.stderr is not None
    assert "no call is under way, waiting for the next one" in tail.stderr.readline()
    growing = Growing(tmp_path / "c", call().signals)
    assert tail.stderr.readline() == f"{growing.folder}: under way\n"
    growing.end()
    growing.report(Told(call().signals).data)
    output, _ = tail.communicate(timeout=20)
    assert [json.loads(line) for line in output.splitlines()] == Told(call().signals).data["events"]


def test_ctrl_c_ends_it_without_a_word(going_on):
    tail = following(going_on.folder)
    assert tail.stderr is not None
    tail.stderr.readline()
    tail.send_signal(signal.SIGINT)
    assert tail.wait(20) == 130
    assert tail.stderr.read() == ""


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_closed_pipe_ends_it_without_a_word(going_on, arguments):
    tail = following(going_on.folder, *arguments)
    assert tail.stdout is not None
    assert tail.stderr is not None
    tail.stderr.readline()
    tail.stdout.close()
    going_on.grow(5)
    assert tail.wait(20) == 141
    assert tail.stderr.read() == ""


def test_on_a_terminal_lines_are_coloured_and_wrapped_beside_their_column(finished):
    leader, follower = pty.openpty()
    wide = os.environ | {"COLUMNS": "60", "TERM": "xterm-256color"}
    tail = following(finished, stdout=follower, env=wide)
    os.close(follower)
    output = b""
    try:
        while data := os.read(leader, 65536):
            output += data
    except OSError:
        pass  # the other side is closed
    os.close(leader)
    assert tail.wait(20) == 0
    text = output.decode()
    assert "\x1b[1;32magent" in text
    lines = re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()
    assert max(len(line) for line in lines) <= 60
    reply = next(index for index, line in enumerate(lines) if "Sunny." in line)
    assert lines[reply + 1].startswith(" " * 16)
