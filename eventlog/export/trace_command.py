"""`parley log export trace`: one call as a trace."""

from __future__ import annotations

from eventlog.export.one_call import File, Index, Output, export

HELP = """\
One call as a trace, in Chrome's trace-event format.

\b
Example:
  parley log export trace sessions/a1
  sessions/a1/call.trace.json: 41 kB
  parley log export trace session_dump.txt -o call.trace.json

Load the file into the Performance panel of Chrome's developer tools, ui.perfetto.dev (which keeps
it in the browser) or chrome://tracing: lanes of states, speech, transcripts, interruptions, tools
and errors, and each answer's latency with its parts inside. Timestamps are microseconds from the
call's begin.

Of a file or folder with several reports the last is taken; --index picks another. Without -o the
file is written beside the report; -o - prints it. Exit code: 0, 1 if it could not be written, 2 if
anything could not be read or the index is too high.
"""


def trace(file: File, output: Output = None, index: Index = None) -> int:
    """Write one call as a trace."""
    from eventlog.export.trace import render

    return export(file, output, index, ".trace.json", render)
