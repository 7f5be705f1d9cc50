"""`parley log export`: calls in the formats of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from eventlog.export import commands_of_many as many
from eventlog.export import commands_of_one as one

Quietly = Callable[[Callable[..., int]], Callable[..., Any]]

HELP = """\
Calls in the formats of others: tables, traces, spans, captions, conversations.

\b
Example:
  parley log export parquet sessions/ -o lake/        tables for DuckDB, Spark, BigQuery, Athena
  parley log export otlp sessions/                    spans for Jaeger, Tempo, Langfuse, …
  parley log export trace sessions/a1                 one call in ui.perfetto.dev
  parley log export vtt sessions/a1                   captions beside the recording
  parley log export judge sessions/a1                 for `pipecat eval judge`
"""


def group(quietly: Quietly) -> typer.Typer:
    """The commands, each ended by `quietly` with its exit code."""
    app = typer.Typer(name="export", help=HELP, no_args_is_help=True, rich_markup_mode=None)
    app.command(help=many.PARQUET_HELP)(quietly(many.parquet))
    app.command(help=one.TRACE_HELP)(quietly(one.trace))
    app.command(help=many.OTLP_HELP)(quietly(many.otlp))
    app.command(help=one.VTT_HELP)(quietly(one.vtt))
    app.command(help=many.JUDGE_HELP)(quietly(many.judge))
    return app
