"""`parley log`: the commands that read event logs.

What renders (rich) is imported when a command runs, because `parley --help` lists these too.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from eventlog import compare_command, gate_command, recovery_command
from eventlog.reader import LoggedReport, ReadError, iter_reports
from eventlog.schema import command as schema_command
from eventlog.stats import command as stats_command
from eventlog.timeline import command as timeline_command

if TYPE_CHECKING:
    from eventlog.checker import Finding

P = ParamSpec("P")

app = typer.Typer(
    name="log",
    help="Read event logs: check them, show them as text or pages, recover those of killed calls.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


_CHECK_HELP = """\
Check reports against the rules of the session-report schema.

\b
Example:
  parley log check sessions/ session_dump.txt
  sessions/a1/report.json: ok (41 events)
  session_dump.txt: event 25: I18: e2e_latency is 4.000000, the times say 3.963401

LiveKit's reports (1.3 and newer) and Parley's are told apart by their keys, and each is held
to the rules that its writer keeps. Exit code: 0 all is well, 1 a rule is broken, 2 anything
at all could not be read (whatever else was found).
"""
_SHOW_HELP = """\
Show reports as transcripts: who said what, when, and what each reply waited for.

\b
Example:
  parley log show session_dump.txt
  parley log show sessions/a1 | less
  parley log show session_dump.txt --index 2 --json

Exit code: 0, or 2 if anything could not be read or the index is too high.
"""


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILURES = 1
    UNREADABLE = 2


def _quietly(command: Callable[P, int]) -> Callable[P, None]:
    """Ends with the command's exit code; Ctrl-C and a closed pipe end it without a word."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:  # what a terminal's encoding lacks is shown as an escape
                reconfigure(errors="backslashreplace")
        try:
            code = command(*args, **kwargs)
            sys.stdout.flush()
        except KeyboardInterrupt:
            raise typer.Exit(128 + signal.SIGINT) from None
        except BrokenPipeError:
            # Python flushes stdout once more when it ends; let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(128 + 13) from None
        raise typer.Exit(int(code))

    return run


_Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="JSON, JSON Lines, dump text, or folders of sessions."),
]


@app.command(help=_CHECK_HELP)
@_quietly
def check(
    files: _Files,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a report, one a line.")
    ] = False,
) -> Exit:
    """Check reports; the exit code says the worst that was found."""
    from eventlog.checker import check as findings_of

    code = Exit.OK
    for found in iter_reports(files):
        if isinstance(found, ReadError):
            code = Exit.UNREADABLE
            _tell_unreadable(found, as_json)
            continue
        findings = findings_of(found)
        if findings:
            code = max(code, Exit.FAILURES)
        _tell_checked(found, findings, as_json)
    return code


@app.command(help=_SHOW_HELP)
@_quietly
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, a dump, or a folder.")],
    index: Annotated[
        int | None, typer.Option("--index", "-n", help="Only this report of the file, from 0.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the reports as JSON, one a line.")
    ] = False,
) -> Exit:
    """Show the reports of a file or folder as transcripts."""
    code, shown = Exit.OK, 0
    for position, found in enumerate(_reports_and_errors(file)):
        if isinstance(found, ReadError):
            code = Exit.UNREADABLE
            _tell_unreadable(found, as_json=False)
        elif index is None or index == position:
            _show_one(found, as_json, first=shown == 0)
            shown += 1
    if index is not None and not shown:
        code = Exit.UNREADABLE
        _say(sys.stderr, f"{file}: it has no report {index} (the first is 0)")
    return code


def _reports_and_errors(file: Path) -> list[LoggedReport | ReadError]:
    """The readable reports of a file first, so that `--index` counts them and nothing else."""
    return sorted(iter_reports([file]), key=lambda found: isinstance(found, ReadError))


def _show_one(report: LoggedReport, as_json: bool, *, first: bool) -> None:
    if as_json:
        _print_json(report.data)
        return
    from rich.console import Console

    from eventlog.show import render

    console = Console(highlight=False, markup=False, emoji=False)
    if not first:
        console.rule()
    render(report, console)


def _tell_unreadable(error: ReadError, as_json: bool) -> None:
    if as_json:
        found = {"file": str(error.path), "line": error.line, "unreadable": error.problem}
        _print_json(found)
    else:
        _say(sys.stderr, str(error))


def _tell_checked(report: LoggedReport, findings: list[Finding], as_json: bool) -> None:
    if as_json:
        _print_json(_as_json(report, findings))
        return
    name = f"{report.source}" if report.index == 0 else f"{report.source}[{report.index}]"
    if not findings:
        events: list[Any] = report.data["events"]
        _say(sys.stdout, f"{name}: ok ({len(events)} events)")
    for finding in findings:
        where = "report" if finding.event_index is None else f"event {finding.event_index}"
        item = f" {finding.item_id}" if finding.item_id else ""
        _say(sys.stdout, f"{name}: {where}{item}: {finding.rule}: {finding.message}")


def _as_json(report: LoggedReport, findings: list[Finding]) -> dict[str, Any]:
    return {
        "file": str(report.source),
        "index": report.index,
        "origin": report.origin.value,
        "events": len(report.data["events"]),
        "findings": [
            {
                "rule": finding.rule,
                "event_index": finding.event_index,
                "item_id": finding.item_id,
                "message": finding.message,
            }
            for finding in findings
        ],
    }


def _print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")  # all of it ASCII, its controls escaped


def _say(stream: Any, line: str) -> None:
    from eventlog.plaintext import clean

    stream.write(clean(line) + "\n")


app.command(help=recovery_command.HELP)(recovery_command.recover)
app.command(help=stats_command.HELP)(_quietly(stats_command.stats))
app.command(help=compare_command.HELP)(_quietly(compare_command.compare))
app.command(help=gate_command.HELP)(_quietly(gate_command.gate))
app.command(help=schema_command.HELP)(_quietly(schema_command.schema))
app.command(help=timeline_command.HELP)(timeline_command.timeline)
