"""`parley log compare`: are two sets of calls different?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.plaintext import clean
from eventlog.stats.command import AsJson, refuse, tell_left_out, tell_unreadable

if TYPE_CHECKING:
    from eventlog.compare import Compared

HELP = """\
Are two sets of calls different? Metric by metric, B against A.

\b
Example:
  parley log compare sessions/before sessions/after
  e2e_latency: B is faster by 0.162 s (-0.231 s to -0.094 s).
  interruption_rate: cannot tell; it takes 10 calls with it on both sides, B has 7.
  parley log compare monday.txt tuesday.txt --json

A and B are files of reports, or folders, as for `parley log stats`; each counts a call once, and
calls that are on both sides are told. The shift is that of the median (of the rate, for rates); the
interval is from drawing the calls again 2,000 times, always in the same way, and holds at 95 % for
all metrics together. A metric that fewer than 10 calls of either side have is not judged. "No
difference shown" is no proof that there is none: the interval says how large it may be.

Exit code: 0 whatever the verdicts are (`parley log gate` fails a build), 2 if a side has no
readable report.
"""


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Reports to compare with.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Reports to judge.")],
    as_json: AsJson = False,
) -> int:
    """Compare two sets of calls; 2 if one of them is empty."""
    from eventlog.compare import CONFIDENCE
    from eventlog.compare import compare as compared
    from eventlog.drawing import DRAWS, SEED
    from eventlog.progress import Progress
    from eventlog.stats.sample import sample

    with Progress() as progress:
        samples = [
            sample([path], lambda calls, name=name: progress(f"reading {name}: {calls:,} calls"))
            for name, path in zip("AB", (a, b), strict=True)
        ]
    tell_unreadable([each for found in samples for each in found.unreadable])
    for name, found in zip("AB", samples, strict=True):
        tell_left_out(found.left_out, f"{name}: ")
    both = len(samples[0].keys & samples[1].keys)
    if both:
        are = "1 call is" if both == 1 else f"{both} calls are"
        sys.stderr.write(f"{are} on both sides, and count on each\n")
    for path, found in zip((a, b), samples, strict=True):
        if not found.calls:
            return refuse(f"{path}: no readable report, so there is nothing to compare")
    with Progress() as progress:
        results = compared(*samples, tell=lambda done: progress(f"drawing again: {done:.0%}"))
    if as_json:
        about = {"on_both_sides": both, "confidence": CONFIDENCE, "draws": DRAWS, "seed": SEED}
        sides = {
            name: {"path": str(path), "calls": found.calls, "left_out": asdict(found.left_out)}
            for name, path, found in zip("ab", (a, b), samples, strict=True)
        }
        metrics = [asdict(result) | {"sentence": result.sentence} for result in results]
        sys.stdout.write(json.dumps(sides | about | {"metrics": metrics}) + "\n")
        return 0
    for name, path, found in zip("AB", (a, b), samples, strict=True):
        sys.stdout.write(f"{name}: {clean(str(path))}, {found.calls} calls\n")
    sys.stdout.write("\n" + "\n".join(_lines(results)) + "\n")
    return 0


def _lines(results: list[Compared]) -> list[str]:
    width = max(len(result.name) for result in results) + 2
    lines = [f"{'median, or rate':<{width}}{'A':>10}{'B':>10}"]
    for result in results:
        cells = "".join(_cell(side.value, result.unit) for side in (result.a, result.b))
        lines.append(f"{clean(result.name):<{width}}{cells}")
    return [*lines, "", *(clean(result.sentence) + "." for result in results)]


def _cell(value: float | None, unit: str) -> str:
    if value is None:
        return f"{'-':>10}"
    return f"{value:>10.1%}" if unit == "%" else f"{value:>10.3f}"
