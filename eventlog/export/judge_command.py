"""`parley log export judge`: calls as conversation files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.export.one_call import beside, written
from eventlog.export.output import STDOUT
from eventlog.export.telling import tell_left_out
from eventlog.stats.command import Paths, refuse

if TYPE_CHECKING:
    from eventlog.reader import LoggedReport

HELP = """\
Calls as conversation files, for Pipecat's judge.

\b
Example:
  parley log export judge sessions/a1
  sessions/a1/call.conversation.json: 1 kB
  pipecat eval judge book_table.yaml sessions/a1/call.conversation.json
  parley log export judge sessions/ -o conversations/

What the user said, what the bot said between two of the user's turns (as heard, so cut where it
was interrupted), and the tools it called. Without -o each file is written beside its report; -o
names a file for one call, or a folder for several; -o - prints one.

Exit code: 0; 1 if a file could not be written; 2 if anything could not be read.
"""

SUFFIX = ".conversation.json"


def judge(
    files: Paths,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", help="A file, or a folder for several."),
    ] = None,
) -> int:
    """Write the conversations of some calls."""
    from eventlog.export.calls import Calls
    from eventlog.export.judge import render

    calls = Calls(files)
    reports = [report for report, _ in calls]
    tell_left_out(calls)
    if output is not None and len(reports) > 1 and (output == STDOUT or output.is_file()):
        return refuse(f"{len(reports)} calls do not go into one file: -o names a folder for them")
    code = 2 if calls.unreadable else 0
    for path, report in zip(_places(reports, output), reports, strict=True):
        code = written(path, render(report)) or code
    return code


def _places(reports: list[LoggedReport], output: Path | None) -> list[Path]:
    """Where the conversation of each report goes."""
    sources = [report.source for report in reports]
    paths = [beside(r, SUFFIX, several=sources.count(r.source) > 1) for r in reports]
    if output is None:
        return paths
    if len(reports) == 1 and not output.is_dir():
        return [output]
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [
        f"{path.parent.resolve().name}{SUFFIX}"
        if report.source.name == "report.json"
        else path.name
        for report, path in zip(reports, paths, strict=True)
    ]
    return [
        output / (name if names.count(name) == 1 else f"{number}.{name}")
        for number, name in enumerate(names)
    ]
