"""`parley log stats`: numbers over many calls."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.plaintext import clean
from eventlog.stats.groups import By

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventlog.stats.costs import PriceTable
    from eventlog.stats.once import LeftOut
    from eventlog.stats.pieces import Unreadable

HELP = """\
Numbers over many calls: quantiles of every metric, rates, talk time, costs.

\b
Example:
  parley log stats sessions/ livekit_reports/ session_dump.txt
  parley log stats sessions/ --by model
  parley log stats sessions/ --by day --csv > by_day.csv
  parley log stats --example-prices > prices.yaml; parley log stats sessions/ --prices prices.yaml

A path is a file (JSON, JSON Lines, a dump with any number of reports) or a folder: in the folder
of a call only its report.json counts, in others every .json, .jsonl, .ndjson and .txt file, and
so on below. A call counts once, whichever files it lies in. All delays are seconds. `turn.…` are
the parts of the latency that Parley's reports have, which sum to e2e_latency. A turn is unanswered
if no reply follows before the next turn or the end; turns that were still pending at the close do
not count. Talk time is that of the states, so a user's has the VAD's hold in it. Days are those of
UTC. A call with two tags is in two groups.

What cannot be read is named on stderr, and the rest counts. Exit code: 0, or 2 if nothing could
be read.
"""

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH", help="Files of reports, and folders of them.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
NAMED = 20
"""So many unreadable files are named on stderr; `--json` has all of them."""


def stats(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files of reports, and folders of them."),
    ] = None,
    by: Annotated[By | None, typer.Option("--by", help="Put calls beside each other.")] = None,
    prices: Annotated[
        Path | None, typer.Option("--prices", help="A price table (YAML), for costs.")
    ] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row a figure.")] = False,
    example_prices: Annotated[
        bool, typer.Option("--example-prices", help="Print a price table to fill in, and end.")
    ] = False,
) -> int:
    """Add up the calls of some paths; 2 if none could be read."""
    from eventlog.stats.costs import EXAMPLE, PriceError, read_prices

    if example_prices:
        sys.stdout.write(EXAMPLE.read_text(encoding="utf-8"))
        return 0
    if not paths:
        return refuse("name a file or a folder: parley log stats PATH…")
    if as_json and as_csv:
        return refuse("--json and --csv exclude each other")
    try:
        table = None if prices is None else read_prices(prices)
    except PriceError as error:
        return refuse(str(error))
    return _print(paths, by, table, "json" if as_json else "csv" if as_csv else "text")


def _print(paths: list[Path], by: By | None, prices: PriceTable | None, form: str) -> int:
    from eventlog.progress import Progress
    from eventlog.stats import table
    from eventlog.stats.collect import collect

    with Progress() as progress:
        found = collect(paths, by, prices, tell=lambda calls: progress(f"{calls:,} calls"))
    tell_unreadable(found.unreadable)
    tell_left_out(found.left_out)
    if form == "json":
        sys.stdout.write(json.dumps(table.as_json(found, by, prices)) + "\n")
    elif not found.calls:
        pass
    elif form == "csv":
        sys.stdout.write(table.as_csv(found, prices))
    else:
        sys.stdout.write(table.text(found, by, prices))
    return 0 if found.calls else 2


def refuse(problem: str) -> int:
    """Say why a command is not run; the exit code 2."""
    sys.stderr.write(clean(problem) + "\n")
    return 2


def tell_unreadable(unreadable: Sequence[Unreadable]) -> None:
    """Count and name on stderr what could not be read."""
    if unreadable:
        sys.stderr.write(f"warning: {len(unreadable)} not readable, not counted:\n")
    for each in unreadable[:NAMED]:
        sys.stderr.write(f"  {clean(str(each))}\n")
    if len(unreadable) > NAMED:
        sys.stderr.write(f"  and {len(unreadable) - NAMED} more\n")


def tell_left_out(left_out: LeftOut, where: str = "") -> None:
    """Say on stderr how many reports did not count since their call had come before."""
    if left_out.reports:
        reports = "1 report" if left_out.reports == 1 else f"{left_out.reports} reports"
        files = "1 file" if left_out.files == 1 else f"{left_out.files} files"
        sys.stderr.write(
            f"{where}{reports} in {files} left out, of calls that came before "
            "(the same job_id, begun at the same time)\n"
        )
