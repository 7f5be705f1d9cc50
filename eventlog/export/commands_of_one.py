"""The exports of one call: a trace, and captions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from eventlog.export.output import STDOUT, write
from eventlog.plaintext import clean
from eventlog.reader import LoggedReport
from eventlog.timeline.command import the_report

_WHICH = """\
Of a file or folder with several reports the last is taken; --index picks another. Without -o the
file is written beside the report; -o - prints it. Exit code: 0, 1 if it could not be written, 2 if
anything could not be read or the index is too high.
"""
TRACE_HELP = f"""\
One call as a trace, in Chrome's trace-event format.

\b
Example:
  parley log export trace sessions/a1
  sessions/a1/call.trace.json: 41 kB
  parley log export trace session_dump.txt -o call.trace.json

Open the file in ui.perfetto.dev (which keeps it in the browser) or chrome://tracing: lanes of
states, speech, transcripts, interruptions, tools and errors, and each answer's latency with its
parts inside. Timestamps are microseconds from the call's begin.

{_WHICH}"""
VTT_HELP = f"""\
One call as WebVTT captions, in step with its recording.

\b
Example:
  parley log export vtt sessions/a1
  sessions/a1/call.vtt: 2 kB
  ffplay sessions/a1/audio.wav -vf subtitles=sessions/a1/call.vtt

Times count from the recording's first sample, or from the call's first event where there is no
recording. Long messages become several cues. What was cut off ends in a dash and has the class
`cut`. What was typed, and so is not to be heard, is left out.

{_WHICH}"""

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A report, a dump, or a folder.")]
_Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it goes; - prints it.")
]
_Index = Annotated[
    int | None, typer.Option("--index", "-n", help="This report of the file, from 0.")
]


def trace(file: _File, output: _Output = None, index: _Index = None) -> int:
    """Write one call as a trace."""
    from eventlog.export import trace as format_

    return _write(file, output, index, ".trace.json", format_.render)


def vtt(file: _File, output: _Output = None, index: _Index = None) -> int:
    """Write one call as captions."""
    from eventlog.export import vtt as format_

    return _write(file, output, index, ".vtt", format_.render)


def beside(report: LoggedReport, suffix: str, *, several: bool) -> Path:
    """Where what is made of a report goes if nobody says so: beside it, under its name."""
    if report.source.name == "report.json":
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
        sys.stderr.write(clean(f"{path}: {reason}; -o names another file") + "\n")
        return 1
    if path != STDOUT:
        size = -(-len(text.encode("utf-8", "surrogatepass")) // 1000)
        sys.stdout.write(clean(f"{path}: {size} kB") + "\n")
    return 0


def _write(
    file: Path,
    output: Path | None,
    index: int | None,
    suffix: str,
    render: Callable[[LoggedReport], str],
) -> int:
    report, code = the_report(file, index)
    if report is None:
        return 2
    path = output or beside(report, suffix, several=index is not None)
    return written(path, render(report)) or code
