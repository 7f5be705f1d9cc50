"""Which files of a directory tree hold reports.

Our store keeps a folder a call with `report.json` in it; LiveKit's users keep files of any name.
So in a folder that is a call's, only its report counts, and in any other every file that may hold
reports.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from eventlog.reader import ReadError

# As `eventlog.report` and `eventlog.journal` write them; those two import the recorder.
REPORT = "report.json"
JOURNAL = "journal.jsonl"

SUFFIXES = (".json", ".jsonl", ".ndjson", ".txt")


def find(paths: Iterable[Path]) -> Iterator[Path | ReadError]:
    """The files of `paths` and of the folders below them, with each failure in its place."""
    for path in paths:
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError):
            is_folder = False  # the reader says what is wrong with it
        if is_folder:
            yield from _below(path)
        else:
            yield path


def _below(folder: Path) -> Iterator[Path | ReadError]:
    closed: list[OSError] = []
    empty = True
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders.sort()
        for found in _reports_in(place, files):
            empty = False
            yield found
    for error in closed:
        reason = (error.strerror or str(error)).lower()
        yield ReadError(Path(str(error.filename)), None, reason)
    if empty and not closed:
        yield ReadError(folder, None, "no report in this folder or below it")


def _reports_in(place: str, files: list[str]) -> Iterator[Path | ReadError]:
    if REPORT in files:
        yield Path(place, REPORT)
    elif JOURNAL in files:
        problem = f"the call has a journal and no report: `parley log recover {place}` makes it"
        yield ReadError(Path(place), None, problem)
    else:
        yield from (Path(place, name) for name in sorted(files) if name.endswith(SUFFIXES))
