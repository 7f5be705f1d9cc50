"""The demo, played whole with the embedded models in a process of its own.

A small model says what it likes and a recogniser mishears, so that only the shape of the call is
held here; the greeting alone is known word for word.
"""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from eventlog import dump
from eventlog.checker import check
from eventlog.reader import read
from tests.conformance.livekit import judge
from tests.played_demo import Demo

pytestmark = pytest.mark.models

ROOT = Path(__file__).parents[2]
LIMIT = 300.0
# A call in silence is around 10 on this scale of 32768, speech around 1500.
AUDIBLE = 200.0


def _start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    # A shell that runs the tests in the background has SIGINT ignored, which children inherit.
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "demo", "--plain", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def test_the_script_is_played_to_its_end(demo: Demo) -> None:
    assert demo.exit_code == 0, demo.output
    assert demo.report["events"][-1]["reason"] == "task_completed"
    assert demo.report["parley"]["close_detail"]["what"] == "script done"


def test_the_report_keeps_every_rule_of_the_schema(demo: Demo) -> None:
    (report,) = read(demo.folder / "sessions")
    assert check(report) == []


@pytest.mark.conformance
def test_livekits_own_models_read_the_report(demo: Demo) -> None:
    assert judge([demo.report]) == []


def test_the_bot_greets_and_answers_every_turn(demo: Demo) -> None:
    bot = demo.messages("assistant")
    assert bot[0]["content"] == ["Connected and ready."]
    assert len(demo.messages("user")) >= 4
    assert len(bot) >= 5


def test_the_bot_is_cut_off_in_the_middle_of_an_answer(demo: Demo) -> None:
    """What was heard is some words of a sentence, and not its end."""
    cut = [message for message in demo.messages("assistant") if message["interrupted"]]
    assert cut, demo.output
    for message in cut:
        (text,) = message["content"]
        assert len(text.split()) >= 2
        metrics = message["metrics"]
        assert metrics["stopped_speaking_at"] > metrics["started_speaking_at"]


def test_every_answered_turn_says_where_its_time_went(demo: Demo) -> None:
    turns = demo.report["parley"]["turns"]
    assert len(turns) >= 4
    for turn in turns:
        total = sum(part["seconds"] for part in turn["parts"])
        assert total == pytest.approx(turn["e2e_latency"], abs=1e-3)
    assert "Voice to voice" in demo.output
    assert "please report this" not in demo.output


def test_both_sides_are_heard_in_the_recording(demo: Demo) -> None:
    (path,) = demo.folder.glob("sessions/*/audio.wav")
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        seconds = file.getnframes() / file.getframerate()
    events = demo.report["events"]
    length = events[-1]["created_at"] - events[0]["created_at"]
    assert seconds == pytest.approx(length, abs=2.0)
    for side in (0, 1):
        assert np.sqrt(np.mean(samples[:, side].astype(float) ** 2)) > AUDIBLE


def test_the_dump_holds_the_same_report(demo: Demo) -> None:
    text = (demo.folder / "sessions" / "session_dump.txt").read_text(encoding="utf-8")
    (entry,) = dump.parse(text)
    assert entry.report == demo.report
    assert dump.render(entry.report, entry.at) == text  # type: ignore[arg-type]


def test_the_terminal_tells_the_call_and_the_files(demo: Demo) -> None:
    assert "agent  Connected and ready." in demo.output
    assert "caller says: Okay." in demo.output
    assert "[cut off]" in demo.output
    assert "call   closed: task_completed" in demo.output
    for name in ("report.json", "audio.wav", "session_dump.txt"):
        assert name in demo.output


def test_ctrl_c_ends_the_call_and_keeps_its_report(tmp_path: Path) -> None:
    process = _start(tmp_path, "--no-recording")
    try:
        assert process.stdout is not None
        said = [next(line for line in process.stdout if "caller says" in line)]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    stopped = Demo(tmp_path, process.returncode, "".join(said) + rest)
    assert stopped.exit_code == 130, stopped.output
    assert stopped.report["events"][-1]["reason"] == "job_shutdown"
    assert "report.json" in stopped.output
    assert "Traceback" not in stopped.output
    assert not list(tmp_path.glob("sessions/*/audio.wav"))
    (report,) = read(tmp_path / "sessions")
    assert check(report) == []
