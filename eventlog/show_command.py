"""`parley log show`: reports as transcripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from eventlog.plaintext import say
from eventlog.reader import LoggedReport, ReadError, iter_reports

HELP = """\
Show reports as transcripts: who said what, when, and what each reply waited for.

\b
Example:
  parley log show session_dump.txt
  parley log show sessions/a1 | less
  parley log show session_dump.txt --index 2 --json

Exit code: 0, or 2 if anything could not be read or the index is too high.
"""


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, a dump, or a folder.")],
    index: Annotated[
        int | None, typer.Option("--index", "-n", help="Only this report of the file, from 0.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the reports as JSON, one a line.")
    ] = False,
) -> int:
    """Show the reports of a file or folder as transcripts."""
    code, shown = 0, 0
    for position, found in enumerate(_reports_and_errors(file)):
        if isinstance(found, ReadError):
            code = 2
            say(sys.stderr, str(found))
        elif index is None or index == position:
            _show_one(found, as_json, first=shown == 0)
            shown += 1
    if index is not None and not shown:
        code = 2
        say(sys.stderr, f"{file}: it has no report {index} (the first is 0)")
    return code


def _reports_and_errors(file: Path) -> list[LoggedReport | ReadError]:
    """The readable reports of a file first, so that `--index` counts them and nothing else."""
    return sorted(iter_reports([file]), key=lambda found: isinstance(found, ReadError))


def _show_one(report: LoggedReport, as_json: bool, *, first: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report.data) + "\n")  # all of it ASCII, its controls escaped
        return
    from eventlog.show import Terminal, render

    console = Terminal(highlight=False, markup=False, emoji=False)
    if not first:
        console.rule()
    render(report, console)
