"""What it costs to start: importing the log's tools, and asking the command for help."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.figures import line

RUNS = 11
COMMANDS = {
    "python -c 'import eventlog'": ([sys.executable, "-c", "import eventlog"], "≤ 0.3 s"),
    "parley --help": ([sys.executable, "-m", "bot.cli", "--help"], "≤ 0.5 s"),
    "parley log --help": ([sys.executable, "-m", "bot.cli", "log", "--help"], "none"),
}


def main() -> None:
    for name, (command, bar) in COMMANDS.items():
        seconds = [_time(command) for _ in range(RUNS)]
        print(line(name, seconds, "s", bar))
    done = subprocess.run(
        [sys.executable, "-c", "import eventlog, sys; print('pipecat' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"{'import eventlog loads pipecat':<44} {done.stdout.strip()}")


def _time(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
