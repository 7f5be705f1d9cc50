"""Which files of a directory tree hold reports.

Our store keeps a folder a call with `report.json` in it; LiveKit's users keep files of any name.
So in a folder that is a call's, only its report counts, and in any other every file that may hold
reports; but a file beside the folders of calls is the dump of those (`log.dump`), and would count
them twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eventlog.call_folder import JOURNAL_FILE, REPORT_FILE
from eventlog.reader import ReadError

SUFFIXES = (".json", ".jsonl", ".ndjson", ".txt")
EXPORTED = (".trace.json", ".conversation.json")
"""What `parley log export` leaves beside reports."""


def find(paths: Iterable[Path]) -> Iterator[str | ReadError]:
    """The files of `paths` and of the folders below them, with each failure in its place."""
    for path in paths:
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError):
            is_folder = False  # the reader says what is wrong with it
        if is_folder:
            yield from _below(str(path))
        else:
            yield str(path)


def _below(folder: str) -> Iterator[str | ReadError]:
    waiting, empty = [folder], True
    while waiting:
        place = waiting.pop()
        try:
            folders, files = _inside(place)
        except OSError as error:
            found = [ReadError(Path(place), None, (error.strerror or str(error)).lower())]
        else:
            waiting += sorted(folders, reverse=True)
            found = [] if _are_calls(folders) else reports_in(place, files)
        empty = empty and not found
        yield from found
    if empty:
        yield ReadError(Path(folder), None, "no report in this folder or below it")


def _are_calls(folders: list[str]) -> bool:
    return any(Path(folder, REPORT_FILE).exists() for folder in folders)


def _inside(place: str) -> tuple[list[str], list[str]]:
    """The paths of the folders and the names of the files; links to folders are not followed."""
    folders: list[str] = []
    files: list[str] = []
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                files.append(entry.name)
    return folders, files


def reports_in(place: str, files: list[str]) -> Sequence[str | ReadError]:
    """Which of a folder's files are read, if no folder in it is that of a call."""
    if REPORT_FILE in files:
        return [f"{place}{os.sep}{REPORT_FILE}"]
    if JOURNAL_FILE in files:
        problem = f"the call has a journal and no report: `parley log recover {place}` makes it"
        return [ReadError(Path(place), None, problem)]
    return [
        f"{place}{os.sep}{name}"
        for name in sorted(files)
        if name.endswith(SUFFIXES) and not name.endswith(EXPORTED)
    ]
