"""`parley log search`, as a shell runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog.reading import DUMP_FILE, dump_text, dumped, livekit, ours
from tests.eventlog.stats.many import tree
from tests.eventlog.terminal import all_of, terminal

ROOT = Path(__file__).parents[3]
PROGRAM = "from eventlog.commands import app; app()"


def run(*args):
    return CliRunner().invoke(app, ["search", *(str(arg) for arg in args)])


def call(folder, name, *said, **keys):
    """A call of our store in which this was said, a second between."""
    events = [
        {
            "type": "conversation_item_added",
            "item": {"type": "message", "role": role, "content": [text]},
            "created_at": 1000.0 + second,
        }
        for second, (role, text) in enumerate(said)
    ]
    place = folder / name
    place.mkdir(parents=True)
    (place / "report.json").write_text(json.dumps({"job_id": name, "events": events} | keys))


def test_a_hit_is_told_with_its_call_its_time_who_and_the_line():
    done = run("PYTHON language", DUMP_FILE)
    assert done.exit_code == 0
    assert done.stdout == (
        f"{DUMP_FILE}: 00:23.425 user  Like, I want to know about Python language.\n"
    )


def test_the_time_is_the_one_that_show_has():
    [line] = run("Okay.", DUMP_FILE).stdout.splitlines()
    time = re.search(r"\d\d:\d\d\.\d{3}", line)[0]
    shown = CliRunner().invoke(app, ["show", str(DUMP_FILE)]).stdout
    assert f"{time} user  Okay." in shown


def test_a_call_of_the_store_goes_by_its_folder_and_a_later_report_by_its_place(tmp_path):
    tree(tmp_path)
    (tmp_path / "two.txt").write_text(dump_text() * 2)
    wanted = "about Python"
    assert (
        run(wanted, tmp_path / "two.txt")
        .stdout.splitlines()[1]
        .startswith(f"{tmp_path}/two.txt[1]: ")
    )
    call(tmp_path, "a9", ("user", "about Python"))
    assert run(wanted, tmp_path / "a9").stdout == f"{tmp_path}/a9: 00:00.000 user  about Python\n"


def test_a_whole_tree_is_searched(tmp_path):
    tree(tmp_path)
    expected = [
        event["item"]
        for report in (*[ours()] * 2, livekit("1.8.9", "interruption"), *[dumped()] * 3,
                       livekit("1.3.12", "two_turns"), livekit("1.3.12", "llm_error"))
        for event in report["events"]
        if event["type"] == "conversation_item_added" and "content" in event["item"]
        and "a" in "".join(event["item"]["content"]).lower()
    ]  # fmt: skip
    assert len(run("a", tmp_path, "--role", "user", "--role", "agent").stdout.splitlines()) == len(
        expected
    )


def test_nothing_found_is_exit_code_1_and_silent():
    done = run("no such words", DUMP_FILE)
    assert (done.exit_code, done.output) == (1, "")


def test_what_cannot_be_read_is_exit_code_2_whatever_was_found(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    done = run("Python", tmp_path, DUMP_FILE)
    assert done.exit_code == 2
    assert "Python language" in done.stdout
    assert done.stderr.startswith(f"{tmp_path}/bad.json")
    assert run("Python", tmp_path / "missing").exit_code == 2


@pytest.mark.parametrize("args", [["("], [""], [" "]])
def test_what_cannot_be_searched_for_is_one_line_on_stderr(args):
    done = run(*args, DUMP_FILE, "--regex")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_only_the_lines_of_a_role(tmp_path):
    call(tmp_path, "a", ("user", "Say hello"), ("assistant", "Hello!"))
    assert run("hello", tmp_path, "--role", "user").stdout.endswith("user  Say hello\n")
    assert run("hello", tmp_path, "--role", "agent").stdout.endswith("agent Hello!\n")
    assert len(run("hello", tmp_path).stdout.splitlines()) == 2
    assert run("hello", tmp_path, "--role", "tool").exit_code == 1
    assert run("hello", tmp_path, "--role", "nobody").exit_code == 2


def test_the_lines_around_a_hit(tmp_path):
    call(
        tmp_path,
        "a",
        *(("user", f"number {n}{' hit' if n in (2, 3, 8) else ''}") for n in range(10)),
    )
    call(tmp_path, "b", ("user", "hit"))
    lines = run("hit", tmp_path, "--context", "1").stdout.splitlines()
    assert [line.rpartition(" user  ")[2] for line in lines] == [
        "number 1", "number 2 hit", "number 3 hit", "number 4", "--",
        "number 7", "number 8 hit", "number 9", "--", "hit",
    ]  # fmt: skip
    assert lines[0].startswith(f"{tmp_path}/a- 00:01.000")
    assert lines[1].startswith(f"{tmp_path}/a: 00:02.000")
    assert "--" not in run("hit", tmp_path).stdout.splitlines()


def test_more_lines_than_a_call_has_are_all_of_them(tmp_path):
    call(tmp_path, "a", ("user", "One"), ("assistant", "hit"), ("user", "Three"))
    lines = run("hit", tmp_path, "--context", "10000000000").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == ["One", "hit", "Three"]


def test_machines_get_an_object_a_hit(tmp_path):
    said = [("user", "One"), ("assistant", "Der  Spa\u00df"), ("user", "Three")]
    call(tmp_path, "a", *said)
    (tmp_path / "b.json").write_text("{")
    done = run("SPASS", tmp_path / "a", tmp_path / "b.json", "--json", "--context", "1")
    hit, unreadable = [json.loads(line) for line in done.stdout.splitlines()]
    assert hit == {
        "file": f"{tmp_path}/a/report.json", "index": 0, "job_id": "a",
        "at": 1001.0, "seconds": 1.0, "who": "agent", "text": "Der Spa\u00df",
        "interrupted": False, "spans": [[4, 8]],
        "before": [{"at": 1000.0, "who": "user", "text": "One"}],
        "after": [{"at": 1002.0, "who": "user", "text": "Three"}],
    }  # fmt: skip
    assert unreadable["file"] == f"{tmp_path}/b.json"
    assert "before" not in json.loads(run("SPASS", tmp_path / "a", "--json").stdout)


def test_without_a_path_the_store_is_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("hello").stderr == "sessions: no such file or directory\n"
    call(tmp_path / "sessions", "a", ("user", "hello"))
    assert run("hello").stdout == "sessions/a: 00:00.000 user  hello\n"


def test_a_very_long_line_is_shortened_around_its_hits(tmp_path):
    call(tmp_path, "a", ("user", f"{'x ' * 5000}needle {'y ' * 5000}needle {'z ' * 5000}"))
    [line] = run("needle", tmp_path).stdout.splitlines()
    assert line.count("needle") == 2
    assert line.count("\u2026") == 3
    assert len(line) < 1200
    assert len(json.loads(run("needle", tmp_path, "--json").stdout)["text"]) > 30_000


def test_the_words_of_strangers_do_not_work_on_a_terminal(tmp_path):
    call(tmp_path, "a", ("user", "a \x1b[2J hit \u202e b"))
    out = run("hit", tmp_path).stdout
    assert "\x1b" not in out
    assert "\\u001b[2J hit \\u202e b" in out


def in_a_terminal(*args, **env):
    command = [sys.executable, "-c", PROGRAM, "search", *(str(arg) for arg in args)]
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": ""} | env
    with terminal() as (our_end, theirs):
        subprocess.run(command, stdout=theirs, cwd=ROOT, env=environment, timeout=60)
        os.close(theirs)
        return all_of(our_end).decode()


def test_hits_are_marked_on_a_terminal_and_the_rest_of_the_line_is_whole():
    assert "know \x1b[1;31mabout Python\x1b[0m language." in in_a_terminal(
        "ABOUT python", DUMP_FILE
    )


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colour_gets_none(env):
    assert "\x1b" not in in_a_terminal("python", DUMP_FILE, **env)


def test_a_closed_pipe_is_quiet(tmp_path):
    (tmp_path / "many.txt").write_text(dump_text() * 400)
    command = f"{sys.executable} -c '{PROGRAM}' search a {tmp_path}/many.txt | head -1 >/dev/null"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.stderr == ""


def test_more_files_than_one_process_takes_are_told_in_their_order(tmp_path):
    for number in range(600):
        call(tmp_path, f"c{number:03d}", ("user", "hit"))
    shutil.rmtree(tmp_path / "c100")
    (tmp_path / "c100").mkdir()
    (tmp_path / "c100" / "report.json").write_text("{")
    done = run("hit", tmp_path)
    names = [line.partition(":")[0].rpartition("/")[2] for line in done.stdout.splitlines()]
    assert names == [f"c{number:03d}" for number in range(600) if number != 100]
    assert done.exit_code == 2


def test_help_teaches_with_an_example():
    assert "    parley log search python sessions/ session_dump.txt" in run("--help").output
