"""What the exports of one call share: which call, and where its file goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from eventlog.call_folder import REPORT_FILE
from eventlog.export.output import STDOUT, write
from eventlog.export.telling import failed
from eventlog.plaintext import say
from eventlog.reader import LoggedReport
from eventlog.timeline.command import the_report

File = Annotated[Path, typer.Argument(metavar="FILE", help="A report, a dump, or a folder.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it goes; - prints it.")
]
Index = Annotated[
    int | None, typer.Option("--index", "-n", help="This report of the file, from 0.")
]


def export(
    file: Path,
    output: Path | None,
    index: int | None,
    suffix: str,
    render: Callable[[LoggedReport], str],
) -> int:
    """Write what `render` makes of one report; the exit code."""
    report, code = the_report(file, index)
    if report is None:
        return 2
    path = output or beside(report, suffix, several=index is not None)
    return written(path, render(report)) or code


def beside(report: LoggedReport, suffix: str, *, several: bool) -> Path:
    """Where what is made of a report goes if nobody says so: beside it, under its name."""
    if report.source.name == REPORT_FILE:
        return report.source.with_name(f"call{suffix}")
    number = f".{report.index}" if several else ""
    return report.source.with_name(f"{report.source.stem}{number}{suffix}")


def written(path: Path, text: str) -> int:
    """Write a file and say so; 1 if that cannot be done."""
    try:
        write(path, text)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return failed(f"{path}: {reason}; -o names another file")
    if path != STDOUT:
        size = -(-len(text.encode("utf-8", "surrogatepass")) // 1000)
        say(sys.stdout, f"{path}: {size} kB")
    return 0
