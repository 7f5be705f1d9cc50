"""`parley log check`: reports against the rules of the schema."""

from __future__ import annotations

import json
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eventlog.plaintext import say
from eventlog.reader import LoggedReport, ReadError, iter_reports

if TYPE_CHECKING:
    from eventlog.checker import Finding

HELP = """\
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


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILURES = 1
    UNREADABLE = 2


def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="JSON, JSON Lines, dump text, or folders of sessions."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a report, one a line.")
    ] = False,
) -> int:
    """Check reports; the exit code says the worst that was found."""
    from eventlog.checker import check as findings_of

    code: int = Exit.OK
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


def _tell_unreadable(error: ReadError, as_json: bool) -> None:
    if as_json:
        found = {"file": str(error.path), "line": error.line, "unreadable": error.problem}
        _print_json(found)
    else:
        say(sys.stderr, str(error))


def _tell_checked(report: LoggedReport, findings: list[Finding], as_json: bool) -> None:
    if as_json:
        _print_json(_as_json(report, findings))
        return
    name = f"{report.source}" if report.index == 0 else f"{report.source}[{report.index}]"
    if not findings:
        events: list[Any] = report.data["events"]
        say(sys.stdout, f"{name}: ok ({len(events)} events)")
    for finding in findings:
        where = "report" if finding.event_index is None else f"event {finding.event_index}"
        item = f" {finding.item_id}" if finding.item_id else ""
        say(sys.stdout, f"{name}: {where}{item}: {finding.rule}: {finding.message}")


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
