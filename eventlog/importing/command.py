"""`parley log import`: reports from elsewhere, brought into the store."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from eventlog.plaintext import say
from eventlog.reader import LoggedReport, ReadError, scan

if TYPE_CHECKING:
    from eventlog.importing.store import Brought, Store

HELP = """\
Bring LiveKit's session reports and dump files into a store like that of our own calls.

\b
Example:
  parley log import session_dump.txt livekit_reports/
  sessions/AJ_r4vi52EqoUt8: imported
  sessions/AJ_kNbG3pQ9TzVw: differs from the report in livekit_reports/7.json; --replace replaces it
  1 imported, 12 there already, 1 differs
  parley log import console-recordings/ --into sessions

FILE is anything that `parley log` reads, or a folder of such files. Each call gets a folder with
its report.json, content unchanged, and its timeline.html; a recording that lies beside a report
comes along. A call is known by its job_id and when it began (else by its room and when it began,
else by its content): what is there already is left alone, so an import may be run again at any
time. What is imported is copied; the files stay where they are.

Exit code: 0 all are in the store; 1 a report differs from the one that is there, which was kept;
2 anything at all could not be read or written.
"""
_SHOW_EVERY = 25


def bring(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Reports, dumps, or folders of them.")
    ],
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="The store: a folder of calls' folders.")
    ] = Path("sessions"),
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace reports of the same call that differ.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a report, one a line.")
    ] = False,
) -> int:
    """Import reports; the exit code says the worst that happened."""
    from eventlog.importing.store import Store

    if into.exists() and not into.is_dir():
        say(sys.stderr, f"{into}: not a folder; --into names another")
        return 2
    tell = _TellingMachines() if as_json else _TellingPeople()
    counts = Counter(_each(_found(files), Store(into, replace=replace), tell))
    tell.sum_up(counts)
    return 2 if counts["unreadable"] or counts["failed"] else 1 if counts["differs"] else 0


def _found(files: Iterable[Path]) -> Iterator[LoggedReport | ReadError]:
    from eventlog.stats.files import find

    for file in find(files):
        yield from [file] if isinstance(file, ReadError) else scan(Path(file))


def _each(
    found: Iterable[LoggedReport | ReadError], store: Store, tell: _TellingPeople
) -> Iterator[str]:
    """What became of each report, in one word."""
    from eventlog.importing.store import ImportingError

    for entry in found:
        if isinstance(entry, ReadError):
            tell.unreadable(entry)
            yield "unreadable"
            continue
        try:
            brought = store.bring(entry)
        except ImportingError as error:
            tell.failed(entry, str(error))
            yield "failed"
        else:
            tell.brought(entry, brought)
            yield brought.outcome.value


class _TellingPeople:
    """Lines for a person; what is there already is only counted."""

    def __init__(self) -> None:
        self._seen = 0
        self._on_terminal = sys.stderr.isatty()

    def brought(self, report: LoggedReport, brought: Brought) -> None:
        from eventlog.importing.store import Outcome

        outcome = brought.outcome.value
        if brought.outcome is Outcome.DIFFERS:
            outcome = f"differs from the report in {_name(report)}; --replace replaces it"
        if brought.another:
            outcome += " (another call of the same job is there)"
        if brought.outcome is not Outcome.PRESENT:
            self._say(sys.stdout, f"{brought.folder}: {outcome}")
        if brought.warning:
            self._say(sys.stderr, f"{brought.folder}: {brought.warning}")
        self._progress()

    def unreadable(self, error: ReadError) -> None:
        self._say(sys.stderr, str(error))
        self._progress()

    def failed(self, report: LoggedReport, problem: str) -> None:
        self._say(sys.stderr, f"{_name(report)}: not imported: {problem}")
        self._progress()

    def sum_up(self, counts: Counter[str]) -> None:
        from eventlog.importing.store import Outcome

        words = [*(outcome.value for outcome in Outcome), "unreadable", "failed"]
        told = [f"{counts[word]} {word}" for word in words if counts[word] or word == "imported"]
        self._say(sys.stdout, ", ".join(told))

    def _progress(self) -> None:
        self._seen += 1
        if self._on_terminal and self._seen % _SHOW_EVERY == 0:
            sys.stderr.write(f"\r{self._seen} reports")
            sys.stderr.flush()

    def _say(self, stream: TextIO, line: str) -> None:
        if self._on_terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        say(stream, line)


class _TellingMachines(_TellingPeople):
    """A line of JSON for each report, also for those that are there already."""

    def brought(self, report: LoggedReport, brought: Brought) -> None:
        self._print(
            _source(report)
            | {
                "job_id": report.data.get("job_id"),
                "outcome": brought.outcome.value,
                "folder": str(brought.folder),
                "warning": brought.warning or None,
            }
        )

    def unreadable(self, error: ReadError) -> None:
        self._print({"file": str(error.path), "line": error.line, "unreadable": error.problem})

    def failed(self, report: LoggedReport, problem: str) -> None:
        job = report.data.get("job_id")
        self._print(_source(report) | {"job_id": job, "outcome": "failed", "problem": problem})

    def sum_up(self, counts: Counter[str]) -> None:
        """Machines count for themselves."""

    def _print(self, value: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(value) + "\n")


def _source(report: LoggedReport) -> dict[str, Any]:
    return {"file": str(report.source), "index": report.index}


def _name(report: LoggedReport) -> str:
    return f"{report.source}[{report.index}]" if report.index else str(report.source)
