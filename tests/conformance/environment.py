"""An environment of its own for livekit-agents, which never meets ours.

Our environment must not hold LiveKit: its pins would decide over Pipecat's, and the product does
not need it. So it lives in `.cache/livekit-1.3.12/` of the repository, made once with the pins of
`requirements.txt` and used by every run after. A stamp that names those pins is written last, so
what was interrupted, or made from other pins, is made again.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS = Path(__file__).with_name("requirements.txt")
FOLDER = ROOT / ".cache" / "livekit-1.3.12"


class EnvironmentNotMadeError(Exception):
    """The environment cannot be made; the message says which command failed, and how."""


def python_with_livekit(folder: Path = FOLDER) -> Path:
    """The interpreter of an environment that has livekit-agents 1.3.12, made if need be."""
    python = folder / "bin" / "python"
    stamp = folder / "ready"
    wanted = _fingerprint()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once make it once
        if not (stamp.is_file() and stamp.read_text() == wanted and python.exists()):
            shutil.rmtree(folder, ignore_errors=True)
            for command in _commands(folder, python):
                _run(command)
            stamp.write_text(wanted)
    return python


def _commands(folder: Path, python: Path) -> list[list[str]]:
    uv = _uv()
    if uv is None:
        return [
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "-r", str(PINS)],
        ]
    return [
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(PINS)],
    ]


def _uv() -> str | None:
    ours = ROOT / ".tools" / "bootstrap" / "bin" / "uv"
    return str(ours) if ours.exists() else shutil.which("uv")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise EnvironmentNotMadeError(
            f"`{' '.join(command)}` failed: {done.stderr.strip()[-500:]} "
            "(a package index is needed once; after that the environment is reused)"
        )


def _fingerprint() -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{version} {hashlib.sha256(PINS.read_bytes()).hexdigest()}\n"
