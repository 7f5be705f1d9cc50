"""`parley join` with the real Daily client, up to the point where it needs the network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventlog.checker import check
from eventlog.reader import read

ROOT = Path(__file__).parent.parent.parent


def join(room: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "join", room, "--config", "local"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def assert_one_line_and_a_report(done: subprocess.CompletedProcess[str], directory: Path) -> str:
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    [logged] = read(directory / "sessions")
    close = logged.data["events"][-1]
    assert (close["type"], close["reason"]) == ("close", "error")
    assert close["error"] is not None
    assert logged.data["parley"]["close_detail"]["provider"] == "daily"
    assert [str(finding) for finding in check(logged)] == []
    return line


@pytest.mark.models
def test_a_malformed_room_gives_one_line_and_a_report(tmp_path: Path) -> None:
    line = assert_one_line_and_a_report(join("not-a-url", tmp_path), tmp_path)
    assert "not the URL of a room" in line
    assert "https://YOUR-DOMAIN.daily.co/ROOM" in line


def test_a_configuration_that_does_not_exist_is_told_with_the_names_of_those_that_do(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "join", "https://x.daily.co/y", "--config", "locl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "local" in done.stderr
