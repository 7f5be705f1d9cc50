"""`parley log export judge`: calls as conversation files."""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.call_folder import REPORT_FILE
from eventlog.export.one_call import beside, written
from eventlog.export.output import STDOUT
from eventlog.export.telling import failed, tell_left_out
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
    found = (report for report, _ in calls)
    first = list(islice(found, 2))
    several = len(first) > 1
    if several and output is not None and (output == STDOUT or output.is_file()):
        return refuse("several calls do not go into one file: -o names a folder for them")
    if several and output is not None:
        try:
            output.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            return failed(f"{output}: {(error.strerror or str(error)).lower()}")
    name = _Names(output, into_folder=several or (output is not None and output.is_dir()))
    code = 0
    for report in chain(first, found):
        code = written(name.of(report), render(report)) or code
    tell_left_out(calls)
    return 2 if calls.unreadable else code


class _Names:
    """Where conversations go: beside their reports, into one folder, or into a file by its name.

    In a folder two calls of one name get different ones.
    """

    def __init__(self, output: Path | None, *, into_folder: bool) -> None:
        self._output = output
        self._into_folder = into_folder
        self._taken: Counter[str] = Counter()

    def of(self, report: LoggedReport) -> Path:
        """The place of one call's conversation."""
        path = beside(report, SUFFIX, several=report.index > 0)
        if self._output is None:
            return path
        if not self._into_folder:
            return self._output
        in_store = report.source.name == REPORT_FILE
        stem = path.parent.resolve().name if in_store else path.name.removesuffix(SUFFIX)
        self._taken[stem] += 1
        again = f".{self._taken[stem]}" if self._taken[stem] > 1 else ""
        return self._output / f"{stem}{again}{SUFFIX}"
