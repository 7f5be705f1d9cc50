"""`parley log export otlp`: many calls as OpenTelemetry traces."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.export.output import STDOUT, writing
from eventlog.export.telling import counted, failed, tell_left_out
from eventlog.plaintext import say
from eventlog.stats.command import Paths, refuse

if TYPE_CHECKING:
    from eventlog.export.calls import Calls

HELP = """\
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

A path is a file (JSON, JSON Lines, a dump with any number of reports) or a folder, searched as
`parley log stats` does. A call that is found twice counts once. What cannot be read is named on
stderr, and the rest is exported.

Exit code: 0; 1 if a collector did not take them or the file could not be written; 2 if nothing
could be read.
"""


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
        return failed(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return failed(f"{output}: {(error.strerror or str(error)).lower()}; -o names another file")
    tell_left_out(calls)
    return 0 if done else 2


def _send(calls: Calls, given: str | None, content: bool) -> int:
    from eventlog.export.otlp import Collector, endpoint, shown

    url = endpoint(given)
    collector = Collector(url)
    sent = spans = 0
    for _, view in calls:
        spans += collector.send(view, content=content)
        sent += 1
    if sent:
        say(sys.stdout, f"{counted(sent, 'call')}, {spans} spans sent to {shown(url)}")
    return sent


def _save(calls: Calls, output: Path, content: bool) -> int:
    from eventlog.export.otlp import as_json

    found = iter(calls)
    first = next(found, None)
    if first is None:
        return 0
    saved = 0
    with writing(output) as stream:
        for _, view in chain([first], found):
            stream.write(as_json(view, content=content))
            saved += 1
    if output != STDOUT:
        say(sys.stdout, f"{output}: {counted(saved, 'call')}")
    return saved
