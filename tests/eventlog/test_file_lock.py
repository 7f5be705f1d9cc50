"""Whether somebody writes a file is told by its lock, which ends with whoever held it."""

import subprocess
import sys
from pathlib import Path

from eventlog import file_lock
from tests.eventlog.folding import Script
from tests.eventlog.tail.growing import Growing

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
