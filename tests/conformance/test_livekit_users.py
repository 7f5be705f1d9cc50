"""What docs/livekit-users.md has a user of LiveKit add to an agent, run by LiveKit's own server."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eventlog.checker import check
from eventlog.commands import app
from eventlog.reader import Origin, read
from tests.conformance.environment import ROOT, python_with_livekit
from tests.eventlog.reading import FIXTURES
from tests.eventlog.test_timeline_page import data_in

pytestmark = pytest.mark.conformance

DOCS = (ROOT / "docs" / "livekit-users.md").read_text(encoding="utf-8")
JOB = Path(__file__).parent / "reference" / "job.py"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder in which an agent with the lines of the docs has held one recorded call."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "keeping.py").write_text(blocks("python")[0])
    scenarios = FIXTURES / "livekit" / "scenarios.json"
    command = [python_with_livekit(), JOB, scenarios, "tool_call", folder / "keeping.py"]
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def test_a_job_leaves_its_report_and_its_recording(home):
    (folder,) = (home / "livekit_reports").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["audio.ogg", "session_report.json"]
    (report,) = read(folder / "session_report.json")
    assert (report.origin, report.data["job_id"]) == (Origin.LIVEKIT_1_3, folder.name)
    assert check(report) == []


def test_the_commands_of_the_docs_do_on_it_what_they_say(home, monkeypatch):
    monkeypatch.chdir(home)
    (command, *others) = [line.split("  #")[0].strip() for line in blocks("bash")[0].splitlines()]
    (given,) = (home / "livekit_reports").iterdir()
    done = CliRunner().invoke(app, shlex.split(command)[2:])
    assert (done.exit_code, done.stdout) == (0, f"sessions/{given.name}: imported\n1 imported\n")
    call = home / "sessions" / given.name
    kept = json.loads((call / "report.json").read_text())
    assert kept == json.loads((given / "session_report.json").read_text())
    assert data_in((call / "timeline.html").read_text())["sound"]["url"] == "audio.ogg"
    for other in others:
        done = CliRunner().invoke(app, shlex.split(other)[2:])
        # Of the opening hours nobody speaks in this call.
        assert done.exit_code == (1 if " search " in other else 0), done.output
    assert len(others) == 3
