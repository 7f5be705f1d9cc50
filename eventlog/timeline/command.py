"""`parley log timeline`: a call as a page to look at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eventlog.call_folder import REPORT_FILE
from eventlog.plaintext import say
from eventlog.reader import LoggedReport, ReadError, iter_reports

HELP = """\
Draw a call as one HTML page: lanes, latencies, words and sound, with nothing beside it needed.

\b
Example:
  parley log timeline sessions/a1 --open
  sessions/a1/timeline.html: 97 kB
  parley log timeline session_dump.txt -o page.html
  parley log timeline sessions/a1 --embed-audio -o to-mail.html

Of a file or folder with several reports the last is drawn; --index picks another. Without -o the
page is written beside the report. The recording is referred to where it lies, or put into the
page by --embed-audio. Exit code: 0, 1 if the page could not be written, 2 if anything could not
be read or the index is too high.
"""


def timeline(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, a dump, or a folder.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PAGE", help="Where the page goes.")
    ] = None,
    index: Annotated[
        int | None, typer.Option("--index", "-n", help="This report of the file, from 0.")
    ] = None,
    embed_audio: Annotated[
        bool, typer.Option("--embed-audio", help="Put the recording into the page.")
    ] = False,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> int:
    """Draw one report; what else cannot be read in the file is said."""
    report, code = the_report(file, index)
    if report is None:
        return 2
    return _draw(report, output or page_of(report, index), embed_audio, show) or code


def the_report(file: Path, index: int | None) -> tuple[LoggedReport | None, int]:
    """The one report of a file that is meant, and 2 if anything in it could not be read, else 0."""
    reports: list[LoggedReport] = []
    code = 0
    for found in iter_reports([file]):
        if isinstance(found, ReadError):
            code = 2
            say(sys.stderr, str(found))
        else:
            reports.append(found)
    return _chosen(reports, index, file), code


def page_of(report: LoggedReport, index: int | None = None) -> Path:
    """Where the page of a report goes if nobody says so: beside it, under its name."""
    from eventlog.timeline.writing import FILE_NAME

    if report.source.name == REPORT_FILE:
        return report.source.with_name(FILE_NAME)
    number = f".{index}" if index is not None else ""
    return report.source.with_name(f"{report.source.stem}{number}.{FILE_NAME}")


def _chosen(reports: list[LoggedReport], index: int | None, file: Path) -> LoggedReport | None:
    if index is not None:
        if 0 <= index < len(reports):
            return reports[index]
        say(sys.stderr, f"{file}: it has no report {index} (the first is 0)")
        return None
    if len(reports) > 1:
        say(sys.stderr, f"{file}: {len(reports)} reports, this is the last; --index picks another")
    return reports[-1] if reports else None


def _draw(report: LoggedReport, path: Path, embed_audio: bool, show: bool) -> int:
    from eventlog.timeline.writing import write

    try:
        written = write(report, path, embed_audio=embed_audio)
    except OSError as error:
        say(sys.stderr, f"{path}: {(error.strerror or str(error)).lower()}; -o names another file")
        return 1
    say(sys.stdout, f"{path}: {-(-written.size // 1000)} kB")
    if written.warning:
        say(sys.stderr, f"{path}: {written.warning}")
    if show:
        open_page(path)
    return 0


def open_page(path: Path) -> None:
    """Open a page in a browser, or say that there is none."""
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        say(sys.stderr, f"{path}: no browser could be opened; open this file in one")
