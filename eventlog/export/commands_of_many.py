"""The exports of many calls: tables, spans, and conversation files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.export.commands_of_one import beside, written
from eventlog.export.output import STDOUT, writing
from eventlog.plaintext import clean
from eventlog.stats.command import Paths, refuse, tell_unreadable

if TYPE_CHECKING:
    from eventlog.export.calls import Calls
    from eventlog.export.parquet import Exported
    from eventlog.reader import LoggedReport

_PATHS = """\
A path is a file (JSON, JSON Lines, a dump with any number of reports) or a folder, searched as
`parley log stats` does. A call that is found twice counts once. What cannot be read is named on
stderr, and the rest is exported.
"""
PARQUET_HELP = f"""\
Calls as Parquet tables, a folder a day, for when one machine is not enough.

\b
Example:
  parley log export parquet sessions/ livekit_reports/ -o lake/
  day=2026-01-22: 14 calls
  day=2026-01-23: 9 calls, in place of what was there
  23 calls, 181 turns, 2120 events below lake
  duckdb -c "FROM 'lake/turns/*/*.parquet'"

Tables: calls, turns (what was said, with what the answer waited for), events (each with its JSON);
docs/export.md has the columns. Days are those of the call's begin, in UTC. A day is replaced as a
whole: export all of its calls together. Needs the extra `lake`: uv pip install 'parley[lake]'.

{_PATHS}
Exit code: 0; 1 if the tables could not be written or DuckDB is missing; 2 if nothing could be read.
"""
OTLP_HELP = f"""\
Calls as OpenTelemetry traces, by the conventions for generative AI.

\b
Example:
  parley log export otlp sessions/
  23 calls, 412 spans sent to http://127.0.0.1:4318/v1/traces
  OTEL_EXPORTER_OTLP_HEADERS='authorization=Basic …' \\
    parley log export otlp sessions/a1 --endpoint https://collector.example
  parley log export otlp sessions/ -o spans.json

A trace a call: the conversation, its turns, and in each the spans of STT, LLM, TTS and tools at
the times of the report. Ids are made of the call, so exporting it again makes no second one. What
was said goes along only with --content. With -o the spans go to a file instead, a line a call.
Headers, and so keys, come from the environment alone.

{_PATHS}
Exit code: 0; 1 if a collector did not take them or the file could not be written; 2 if nothing
could be read.
"""
JUDGE_HELP = """\
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


def parquet(
    paths: Paths,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the tables go.")
    ],
) -> int:
    """Write the tables of some calls."""
    from eventlog.export.calls import Calls
    from eventlog.export.parquet import LakeMissingError, export

    calls = Calls(paths)
    try:
        exported = export(calls, output)
    except LakeMissingError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or output}: {(error.strerror or str(error)).lower()}")
    _tell_left_out(calls)
    _tell_days(exported, output)
    return 0 if exported.rows["calls"] else 2


def otlp(
    paths: Paths,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="URL", help="A collector; http://127.0.0.1:4318."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write OTLP's JSON here; - prints it."),
    ] = None,
    content: Annotated[
        bool, typer.Option("--content", help="Also what was said, and what tools were given.")
    ] = False,
) -> int:
    """Send the spans of some calls, or write them to a file."""
    from eventlog.export.calls import Calls
    from eventlog.export.otlp import NotSentError

    if endpoint is not None and output is not None:
        return refuse("--endpoint sends and -o writes: give one of them")
    calls = Calls(paths)
    try:
        done = _save(calls, output, content) if output else _send(calls, endpoint, content)
    except NotSentError as error:
        return _failed(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _failed(f"{output}: {(error.strerror or str(error)).lower()}; -o names another file")
    _tell_left_out(calls)
    return 0 if done else 2


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
    _tell_left_out(calls)
    if output is not None and len(reports) > 1 and (output == STDOUT or output.is_file()):
        return refuse(f"{len(reports)} calls do not go into one file: -o names a folder for them")
    code = 2 if calls.unreadable else 0
    for path, report in zip(_conversations(reports, output), reports, strict=True):
        code = written(path, render(report)) or code
    return code


def _send(calls: Calls, endpoint: str | None, content: bool) -> int:
    from eventlog.export.otlp import Collector, shown
    from eventlog.export.otlp import endpoint as resolved

    url = resolved(endpoint)
    collector = Collector(url)
    sent = spans = 0
    for _, view in calls:
        spans += collector.send(view, content=content)
        sent += 1
    if sent:
        sys.stdout.write(
            clean(f"{_count(sent, 'call')}, {spans} spans sent to {shown(url)}") + "\n"
        )
    return sent


def _save(calls: Calls, output: Path, content: bool) -> int:
    from eventlog.export.otlp import as_json

    saved = 0
    with writing(output) as stream:
        for _, view in calls:
            stream.write(as_json(view, content=content))
            saved += 1
    if output != STDOUT:
        sys.stdout.write(clean(f"{output}: {_count(saved, 'call')}") + "\n")
    return saved


def _conversations(reports: list[LoggedReport], output: Path | None) -> list[Path]:
    """Where the conversation of each report goes."""
    suffix = ".conversation.json"
    sources = [report.source for report in reports]
    paths = [beside(r, suffix, several=sources.count(r.source) > 1) for r in reports]
    if output is None:
        return paths
    if len(reports) == 1 and not output.is_dir():
        return [output]
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [
        f"{path.parent.resolve().name}{suffix}"
        if report.source.name == "report.json"
        else path.name
        for report, path in zip(reports, paths, strict=True)
    ]
    return [
        output / (name if names.count(name) == 1 else f"{number}.{name}")
        for number, name in enumerate(names)
    ]


def _tell_days(exported: Exported, output: Path) -> None:
    for day in exported.days:
        before = ", in place of what was there" if day.before else ""
        sys.stdout.write(f"day={day.day}: {_count(day.calls, 'call')}{before}\n")
    if exported.days:
        rows = exported.rows
        counts = ", ".join(
            _count(rows[table], table[:-1]) for table in ("calls", "turns", "events")
        )
        sys.stdout.write(clean(f"{counts} below {output}") + "\n")


def _tell_left_out(calls: Calls) -> None:
    tell_unreadable(calls.unreadable)
    if calls.twice:
        again = _count(calls.twice, "report")
        sys.stderr.write(f"{again} of calls that had come before, left out\n")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _failed(problem: str) -> int:
    sys.stderr.write(clean(problem) + "\n")
    return 1
