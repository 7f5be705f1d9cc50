"""`parley log stats` over ten thousand reports, beside what orjson needs to parse the same files.

The files are copies of the fixture's dump, each with numbers of its own. Ours is the whole command
with its cold start; orjson's is a process that reads and parses each file, without its start.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import line
from eventlog import dump

DUMP_FILE = Path(__file__).parents[1] / "tests" / "fixtures" / "session_dump.txt"
FILES = 10_000
RUNS = 5
ORJSON = """
import sys, time
from pathlib import Path
import orjson
files = sorted(Path(sys.argv[1]).glob("*/report.json"))
began = time.perf_counter()
for file in files:
    orjson.loads(file.read_bytes())
print(time.perf_counter() - began)
"""
MEMORY = """
import resource, sys
from pathlib import Path
from eventlog.stats.collect import collect
from eventlog.stats.figures import flat
from eventlog.stats import pieces
pieces.FILES = 10**9  # all in this process, whose memory is measured
paths = [Path(sys.argv[1], f"{n:05d}") for n in range(int(sys.argv[2]))]
flat(collect(paths).groups["all"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        write_calls(Path(place), asked.files)
        ours: list[float] = []
        orjson: list[float] = []
        for _ in range(asked.runs):
            orjson.append(float(_run(sys.executable, "-c", ORJSON, place)))
            began = time.perf_counter()
            told = json.loads(
                _run(sys.executable, "-m", "bot.cli", "log", "stats", place, "--json")
            )
            ours.append(time.perf_counter() - began)
            assert told["calls"] == asked.files, told
        print(line(f"parley log stats, {asked.files} reports", ours, "s", "≤ 5 s"))
        print(line("orjson, the same files", orjson, "s", "none"))
        times = [a / b for a, b in zip(ours, orjson, strict=True)]
        print(line("parley log stats / orjson", times, "x", "≤ 2"))
        for files in (asked.files // 10, asked.files):
            megabytes = float(_run(sys.executable, "-c", MEMORY, place, str(files)))
            print(f"{f'memory, {files} reports, one process':<44} {megabytes:.0f} MB")


def write_calls(folder: Path, files: int) -> None:
    """Fill a folder with so many calls."""
    draw = random.Random(5)
    report = dump.parse(DUMP_FILE.read_text(encoding="utf-8"))[0].report
    for number in range(files):
        _vary(report, draw)
        report["job_id"] = f"AJ_{number:05d}"
        call = folder / f"{number:05d}"
        call.mkdir()
        (call / "report.json").write_text(json.dumps(report, indent=2), encoding="utf-8")


def _vary(report: dict[str, Any], draw: random.Random) -> None:
    for event in report["events"]:
        metrics = event.get("item", {}).get("metrics", {})
        for name in metrics:
            if not name.endswith("_at"):
                metrics[name] = draw.lognormvariate(0, 0.5)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
