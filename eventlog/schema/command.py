"""`parley log schema`: the JSON Schema of the report."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from eventlog.reader import Origin

HELP = """\
Print the JSON Schema of a report: ours, and LiveKit's of both lines.

\b
Example:
  parley log schema > report.schema.json
  parley log schema --line parley | check-jsonschema --schemafile /dev/stdin report.json

Without --line a report of any line fits. The schema is draft 2020-12, and its `version` grows when
what fits changes. It holds shapes; what the parts of a report say about each other (times in
order, turns answered, sums that add up) is for `parley log check`.
"""


def schema(
    line: Annotated[
        Origin | None, typer.Option("--line", help="Only the reports of this line.")
    ] = None,
) -> int:
    """Print the schema as it is shipped, or that of one line."""
    from eventlog.schema.generate import FILE, of_line, text

    shipped = FILE.read_text(encoding="utf-8")
    sys.stdout.write(shipped if line is None else text(of_line(json.loads(shipped), line)))
    return 0
