"""A call that the host ends: the report is complete, and the process is gone in five seconds."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eventlog.checker import check
from eventlog.journal import read as read_journal
from eventlog.reader import read
from eventlog.signals import UserTurnEnded

ROOT = Path(__file__).parent.parent.parent
SECONDS_TO_END = 5.0


def call_in_progress(directory: Path) -> subprocess.Popen[str]:
    """Start a call in a process of its own and return once the bot speaks in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.calls.endless", str(directory)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "speaking":
            return process
    raise AssertionError(f"the call ended before the bot spoke (exit {process.wait()})")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_complete_report(tmp_path: Path, sent: signal.Signals) -> None:
    process = call_in_progress(tmp_path)
    began = time.monotonic()
    process.send_signal(sent)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - began < SECONDS_TO_END

    [logged] = read(tmp_path)
    assert [str(finding) for finding in check(logged)] == []
    assert logged.data["events"][-1]["reason"] == "job_shutdown"
    assert logged.data["parley"]["close_detail"] == {"who": "host", "what": "signal"}
    assert logged.data["user_turns"] == 1


def test_what_is_known_of_a_killed_call_is_on_disk(tmp_path: Path) -> None:
    process = call_in_progress(tmp_path)
    process.kill()
    process.wait(timeout=10)

    [folder] = tmp_path.iterdir()
    header, signals, lost = read_journal(folder / "journal.jsonl")
    assert header.session == folder.name
    assert lost == 0
    assert [s.text for s in signals if isinstance(s, UserTurnEnded)] == ["Hello, how are you?"]

    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "log", "recover", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "report.json").read_text())
    assert report["parley"]["recovered"] is True
    assert report["events"][-1]["reason"] == "job_shutdown"
    [logged] = read(folder)
    assert [str(finding) for finding in check(logged)] == []
