"""Whether somebody writes a file is told by its lock, which ends with whoever held it."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from eventlog import file_lock
from tests.eventlog.folding import Script
from tests.eventlog.tail.growing import Growing

ASKING = fcntl.LOCK_SH | fcntl.LOCK_NB
ROOT = Path(__file__).parents[2]
HOLDER = """
import os, sys, time
from eventlog import file_lock
file_lock.hold(os.open(sys.argv[1], os.O_WRONLY))
print("held", flush=True)
time.sleep(600)
"""


def test_a_journal_is_held_until_it_is_closed(tmp_path):
    growing = Growing(tmp_path, Script().start().signals)
    assert file_lock.is_held(growing.path) is True
    assert file_lock.is_held(growing.path) is True
    growing.end()
    assert file_lock.is_held(growing.path) is False


def test_a_killed_process_holds_nothing(tmp_path):
    path = tmp_path / "file"
    path.touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert file_lock.is_held(path) is True
    holder.kill()
    holder.wait()
    assert file_lock.is_held(path) is False


def test_a_writer_that_comes_while_somebody_asks_holds_the_file_all_the_same(tmp_path):
    path = tmp_path / "file"
    with path.open("w") as writer:
        asking = os.open(path, os.O_RDONLY)
        fcntl.flock(asking, ASKING)
        file_lock.hold(writer.fileno(), sleep=lambda _: os.close(asking))
        assert file_lock.is_held(path) is True
    assert file_lock.is_held(path) is False


def test_two_who_ask_at_once_do_not_take_each_other_for_the_writer(tmp_path):
    path = tmp_path / "file"
    path.touch()
    with path.open() as asking:
        fcntl.flock(asking, ASKING)
        assert file_lock.is_held(path) is False


def test_a_second_writer_is_not_kept_waiting_for_the_first(tmp_path):
    path, waited = tmp_path / "file", []
    with path.open("w") as first:
        file_lock.hold(first.fileno())
        with path.open("w") as second:
            file_lock.hold(second.fileno(), sleep=waited.append)
        assert 0 < sum(waited) < 1
        assert file_lock.is_held(path) is True
