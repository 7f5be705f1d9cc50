"""`parley log gate`: fail a build when calls do not keep what is required of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.plaintext import clean
from eventlog.stats.command import AsJson, Paths, refuse, tell_left_out, tell_unreadable

if TYPE_CHECKING:
    from eventlog.gate import Judged, Requirement
    from eventlog.stats.costs import PriceTable

HELP = """\
Hold the figures of many calls against requirements, for CI.

\b
Example:
  parley log gate sessions/ --require 'e2e_latency.p95 <= 1.5' --require 'errors == 0'
  FAIL  e2e_latency.p95 <= 1.5: missed, it is 1.731
  ok    errors == 0: holds, it is 0
  parley log gate sessions/ -r 'interruption_rate < 0.2' --junit gate.xml

A requirement is a figure, one of <= < >= > == !=, and a number (seconds, counts, or shares from 0
to 1). Figures are METRIC.p50, .p90, .p95, .p99, .max and .n, and the counts, rates and costs that
`parley log stats --csv` prints; `unreadable` is the number of files that could not be read.

Exit code: 0 all hold; 1 one is missed; 2 there is no evidence (no readable report, or none with
that metric), or a requirement cannot be understood.
"""


def gate(
    paths: Paths,
    require: Annotated[
        list[str], typer.Option("--require", "-r", help="'FIGURE <= NUMBER'; may be repeated.")
    ],
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the outcomes as JUnit XML, too.")
    ] = None,
    prices: Annotated[
        Path | None, typer.Option("--prices", help="A price table (YAML), for costs.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Judge the requirements; 1 if one is missed, 2 without evidence."""
    from eventlog.gate import RequirementError, parse
    from eventlog.stats.costs import PriceError, read_prices

    try:
        requirements = [parse(text) for text in require]
        table = None if prices is None else read_prices(prices)
    except (RequirementError, PriceError) as error:
        return refuse(str(error))
    judged, unreadable, calls = _judge(paths, requirements, table)
    if junit is not None and (problem := _write_junit(junit, judged, unreadable)) is not None:
        return refuse(problem)
    _tell(judged, calls, as_json)
    return _code(judged)


def _judge(
    paths: list[Path], requirements: list[Requirement], prices: PriceTable | None
) -> tuple[list[Judged], list[str], int]:
    from eventlog.gate import judge
    from eventlog.stats.collect import collect
    from eventlog.stats.figures import flat
    from eventlog.stats.tally import Tally

    found = collect(paths, prices=prices)
    tell_unreadable(found.unreadable)
    tell_left_out(found.left_out)
    figures = flat(found.groups.get("all", Tally()), prices)
    figures["unreadable"] = float(len(found.unreadable))
    judged = [judge(requirement, figures) for requirement in requirements]
    return judged, [str(each) for each in found.unreadable], found.calls


def _write_junit(path: Path, judged: list[Judged], unreadable: list[str]) -> str | None:
    from eventlog.gate import junit

    try:
        path.write_text(junit(judged, unreadable), encoding="utf-8")
    except OSError as error:
        return f"{path}: {(error.strerror or str(error)).lower()}"
    return None


def _tell(judged: list[Judged], calls: int, as_json: bool) -> None:
    import json

    from eventlog.gate import Outcome

    if as_json:
        requirements = [
            {
                "require": each.requirement.text,
                "figure": each.requirement.figure,
                "found": each.found,
                "outcome": each.outcome.value,
            }
            for each in judged
        ]
        sys.stdout.write(json.dumps({"calls": calls, "requirements": requirements}) + "\n")
        return
    for each in judged:
        mark = "ok  " if each.outcome is Outcome.HOLDS else "FAIL"
        sys.stdout.write(f"{mark}  {clean(each.message)}\n")
    held = sum(each.outcome is Outcome.HOLDS for each in judged)
    number = "1 call" if calls == 1 else f"{calls} calls"
    sys.stdout.write(f"{held} of {len(judged)} requirements hold over {number}\n")


def _code(judged: list[Judged]) -> int:
    """A miss is certain whatever else has no evidence, so it comes first."""
    from eventlog.gate import Outcome

    outcomes = {each.outcome for each in judged}
    return 1 if Outcome.MISSED in outcomes else 2 if Outcome.NO_EVIDENCE in outcomes else 0
