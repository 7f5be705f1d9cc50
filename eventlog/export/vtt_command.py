"""`parley log export vtt`: one call as captions."""

from __future__ import annotations

from eventlog.export.one_call import File, Index, Output, export

HELP = """\
One call as WebVTT captions, in step with its recording.

\b
Example:
  parley log export vtt sessions/a1
  sessions/a1/call.vtt: 2 kB
  parley log export vtt session_dump.txt -o - | head -5

Times count from the recording's first sample, or from the call's first event where there is no
recording. Long messages become several cues. What was cut off ends in a dash and has the class
`cut`. What was typed, and so is not to be heard, is left out.

Of a file or folder with several reports the last is taken; --index picks another. Without -o the
file is written beside the report; -o - prints it. Exit code: 0, 1 if it could not be written, 2 if
anything could not be read or the index is too high.
"""


def vtt(file: File, output: Output = None, index: Index = None) -> int:
    """Write one call as captions."""
    from eventlog.export.vtt import render

    return export(file, output, index, ".vtt", render)
