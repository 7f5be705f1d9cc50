"""`make demo`, typed as the README has it, once for all tests that look at what it leaves."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LIMIT = 300.0
KEYS = ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY")


@dataclass(frozen=True)
class Demo:
    """A demo that was played in `folder`."""

    folder: Path
    exit_code: int
    output: str

    @property
    def report(self) -> dict[str, Any]:
        (path,) = self.folder.glob("sessions/*/report.json")
        return json.loads(path.read_text(encoding="utf-8"))

    def messages(self, role: str) -> list[dict[str, Any]]:
        items = self.report["chat_history"]["items"]
        return [item for item in items if item.get("role") == role]


def clone_into(folder: Path) -> None:
    """Make `folder` look like this one, without what calls have left here."""
    for entry in ROOT.iterdir():
        if entry.name not in ("sessions", ".git", ".env"):
            (folder / entry.name).symlink_to(entry)


def environment() -> dict[str, str]:
    """The environment of a person with .venv on the path and no keys."""
    own = {name: value for name, value in os.environ.items() if name not in KEYS}
    return {**own, "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{own['PATH']}"}


def play(folder: Path) -> Demo:
    done = subprocess.run(
        ["make", "demo"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
    )
    return Demo(folder, done.returncode, done.stdout)
