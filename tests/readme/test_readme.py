"""Every command of the README, typed as it stands, in a folder that looks like a fresh clone."""

import re
import shlex
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from eventlog.reader import read
from tests.played_demo import LIMIT, Demo, environment

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = "http://127.0.0.1:7860/"

pytestmark = pytest.mark.models


def commands() -> list[str]:
    """The lines of the README's shell blocks, without their comments."""
    blocks = re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def typed(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a person with .venv on the path and no keys."""
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )


def left_by_the_demo(folder: Path) -> None:
    # `make demo` is what the fixture has typed in this folder.
    [logged] = read(folder / "sessions")
    left = {path.name for path in logged.source.parent.iterdir()}
    assert left == {"report.json", "audio.wav", "journal.jsonl", "timeline.html", "log.txt"}


def serve(folder: Path) -> None:
    process = subprocess.Popen(
        ["make", "serve"], cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while not answers():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "the page did not come up"
            time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGINT)
        subprocess.run(["pkill", "-INT", "-P", str(process.pid)], check=False)
        output, _ = process.communicate(timeout=20)
    assert "using" in output
    assert "local.yaml" in output


def answers() -> bool:
    try:
        with urllib.request.urlopen(PAGE, timeout=2) as page:
            return b"Parley" in page.read()
    except (urllib.error.URLError, OSError):
        return False


def show(folder: Path) -> None:
    done = typed("parley log show sessions", folder)
    assert done.returncode == 0, done.stderr
    assert "Connected and ready." in done.stdout


def check(folder: Path) -> None:
    done = typed("parley log check sessions", folder)
    assert done.returncode == 0, done.stdout
    assert ": ok (" in done.stdout


def stats(folder: Path) -> None:
    done = typed("parley log stats sessions", folder)
    assert done.returncode == 0, done.stderr
    assert "e2e_latency" in done.stdout


def timeline(folder: Path) -> None:
    done = typed("parley log timeline sessions", folder)
    assert done.returncode == 0, done.stderr
    page = Path(folder, done.stdout.rpartition(": ")[0])
    assert page.name == "timeline.html"
    assert "Connected and ready." in page.read_text(encoding="utf-8")


def index(folder: Path) -> None:
    done = typed("parley log index sessions", folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("sessions/index.html: 1 call, ")
    assert "/timeline.html" in Path(folder, "sessions", "index.html").read_text(encoding="utf-8")


def join(folder: Path) -> None:
    # There is no such room, and perhaps no network: one line says so, and a report is left.
    elsewhere = folder / "joined"
    elsewhere.mkdir()
    done = typed("parley join https://YOUR-DOMAIN.daily.co/ROOM", elsewhere)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    [logged] = read(elsewhere / "sessions")
    assert logged.data["events"][-1]["reason"] == "error"


def config(folder: Path) -> None:
    done = typed("parley config show --config local", folder)
    assert done.returncode == 0, done.stderr
    assert "provider: moonshine-streaming" in done.stdout


def doctor(folder: Path) -> None:
    done = typed("parley doctor", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "All is well"


def providers(folder: Path) -> None:
    done = typed("parley providers", folder)
    assert done.returncode == 0, done.stderr
    assert "CARTESIA_API_KEY" in done.stdout


def diff(folder: Path) -> None:
    done = typed("parley config diff default cartesia", folder)
    assert done.returncode == 1, done.stderr
    assert 'tts.provider: "elevenlabs" -> "cartesia"' in done.stdout


def attach(folder: Path) -> None:
    done = typed("parley attach", folder)
    assert done.returncode == 0, done.stderr
    # What it does on a bot is shown in tests/attach.
    assert "setup_pipeline_worker" in Path(done.stdout.strip()).read_text()


RUN: dict[str, Callable[[Path], None]] = {
    "make demo": left_by_the_demo,
    "make serve": serve,
    "parley doctor": doctor,
    "parley log show sessions": show,
    "parley log check sessions": check,
    "parley log timeline sessions": timeline,
    "parley log index sessions": index,
    "parley log stats sessions": stats,
    "parley join https://YOUR-DOMAIN.daily.co/ROOM": join,
    "parley providers": providers,
    "parley config show --config local": config,
    "parley config diff default cartesia": diff,
    "parley attach": attach,
}


@pytest.mark.parametrize("command", commands())
def test_the_command_does_what_the_readme_says(command: str, demo: Demo) -> None:
    assert demo.exit_code == 0, demo.output
    RUN[command](demo.folder)


def test_the_yaml_of_the_readme_is_a_configuration(tmp_path: Path) -> None:
    from bot.config import load_config

    [text] = re.findall(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    assert load_config(file, env={}).tts.provider == "cartesia"


def test_every_link_of_the_readme_to_a_file_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
