"""How long the caller waits for an answer on the embedded models, and where the time goes.

It is the demo's call, held several times: real models, real time, the synthetic caller. Each turn's
parts are listed; they sum to what the caller waited.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import line

CALLS = 4


def main() -> None:
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(CALLS):
            report = _demo(Path(folder) / str(number))
            for turn, text in _turns(report):
                waits.append(turn["e2e_latency"])
                parts = "  ".join(f"{p['name']} {p['seconds']:.3f}" for p in turn["parts"])
                print(f"  call {number + 1}  {turn['e2e_latency']:.3f} s = {parts}  «{text}»")
    print(line("voice-to-voice, local stack", waits, "s", "≤ 1.2 s"))


def _demo(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "bot.cli", "demo", "--plain"],
        check=True,
        capture_output=True,
        cwd=folder,
        env=_environment(),
    )
    return json.loads(next(folder.glob("sessions/*/report.json")).read_text())


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def _turns(report: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    texts = {i["id"]: i["content"][0] for i in report["chat_history"]["items"] if "content" in i}
    for turn in report["parley"]["turns"]:
        yield turn, texts[turn["user_item"]]


if __name__ == "__main__":
    main()
