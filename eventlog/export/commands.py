"""`parley log export`: calls in the formats of others, each command imported when it is run."""

from __future__ import annotations

from eventlog.lazy_commands import Lazy, lazy_group

HELP = """\
Calls in the formats of others: tables, traces, spans, captions, conversations.

\b
Example:
  parley log export parquet sessions/ -o lake/   tables for DuckDB, Spark, what reads Parquet
  parley log export otlp sessions/               spans for any OpenTelemetry collector
  parley log export trace sessions/a1            one call in ui.perfetto.dev
  parley log export vtt sessions/a1              captions beside the recording
  parley log export judge sessions/a1            for `pipecat eval judge`
"""

COMMANDS = {
    "parquet": Lazy("eventlog.export.parquet_command", "parquet", "Many calls as tables."),
    "otlp": Lazy("eventlog.export.otlp_command", "otlp", "Many calls as OpenTelemetry traces."),
    "trace": Lazy("eventlog.export.trace_command", "trace", "One call as a trace for Perfetto."),
    "vtt": Lazy("eventlog.export.vtt_command", "vtt", "One call as WebVTT captions."),
    "judge": Lazy("eventlog.export.judge_command", "judge", "Calls for `pipecat eval judge`."),
}

app = lazy_group(COMMANDS, name="export", help=HELP, add_completion=False)
