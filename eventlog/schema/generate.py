"""The JSON Schema of the report, made of the typed structs.

python -m eventlog.schema.generate      writes report.schema.json anew

A report fits the schema if it fits that of its line. The schema holds shapes; what the parts of a
report say about each other is for `parley log check`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from eventlog.reader import Origin
from eventlog.schema.reports import LiveKit13, LiveKitNewer, Parley

VERSION = 2
"""Grows with every change that makes a report that fitted fit no more, or the other way round."""

FILE = Path(__file__).with_name("report.schema.json")
DRAFT = "https://json-schema.org/draft/2020-12/schema"

LINES = {
    Origin.LIVEKIT_1_3: LiveKit13,
    Origin.LIVEKIT_NEWER: LiveKitNewer,
    Origin.PARLEY: Parley,
}
"""The struct of each line's report."""


def generate() -> dict[str, Any]:
    """The schema of the reports of all lines."""
    roots, shared = msgspec.json.schema_components(LINES.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": DRAFT,
        "$id": f"urn:parley:report:{VERSION}",
        "title": "A session report of Parley, or of LiveKit Agents in either line",
        "version": VERSION,
        "anyOf": list(roots),
        "$defs": shared,
    }


def of_line(schema: dict[str, Any], line: Origin) -> dict[str, Any]:
    """The same schema for the reports of one line alone."""
    [root] = msgspec.json.schema_components([LINES[line]], ref_template="#/$defs/{name}")[0]
    told = {key: value for key, value in schema.items() if key != "anyOf"}
    return told | {"$id": f"{schema['$id']}:{line.value}", **root}


def text(schema: dict[str, Any]) -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(generate()), encoding="utf-8")
