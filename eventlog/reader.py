"""Session reports from files: LiveKit's two lines of the schema, and Parley's own.

A log may be years old, half written, or not a log at all, and one bad file must not hide the
thousand good ones beside it. So `iter_reports` and `scan` give each failure in its place as a
`ReadError`, and only `read` raises.

*Unreadable* means: no file, no text, no JSON, or JSON that is not a session report, which is an
object with a `job_id` and a list `events`. Everything else about a report is for the checker.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from eventlog import dump
from eventlog.call_folder import REPORT_FILE
from eventlog.jsonvalue import MAX_DEPTH, as_list, as_object, is_nested_too_deeply

MAX_BYTES = 128 * 1024 * 1024
"""Files above this size are refused rather than loaded into memory."""

NEWER_KEYS = (
    "usage",
    "sdk_version",
    "agent_name",
    "tags",
    "duration_ms",
    "user_turns",
    "errors",
    "close_reason",
)
"""The top-level keys that LiveKit's newer line has after `timestamp`, in its order."""


class Origin(StrEnum):
    """Who wrote a report, and therefore which rules it has to keep."""

    LIVEKIT_1_3 = "livekit-1.3"
    LIVEKIT_NEWER = "livekit-newer"
    PARLEY = "parley"


@dataclass(frozen=True, slots=True)
class LoggedReport:
    """One report as it was found: `index` (from 0) is its place among the reports of `source`."""

    data: dict[str, Any]
    source: Path
    index: int
    origin: Origin


class ReadError(Exception):
    """A file, or one entry of it, is not a readable report.

    `line` (from 1) is None when the file as a whole is meant; `reports` holds what could be read
    of it when `read` raises.
    """

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        where = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{where}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem
        self.reports: list[LoggedReport] = []


def read(path: Path | str) -> list[LoggedReport]:
    """All reports of a file (JSON, JSON Lines or dump text) or of a folder's `report.json` files.

    Raises:
        ReadError: something in it cannot be read; its `reports` are those that can.
    """
    reports: list[LoggedReport] = []
    first_error: ReadError | None = None
    for found in scan(Path(path)):
        if isinstance(found, LoggedReport):
            reports.append(found)
        else:
            first_error = first_error or found
    if first_error is not None:
        first_error.reports = reports
        raise first_error
    return reports


def iter_reports(paths: Iterable[Path | str]) -> Iterator[LoggedReport | ReadError]:
    """The reports of many files and folders, one at a time, with each failure in its place."""
    for path in paths:
        yield from scan(Path(path))


def scan(path: Path) -> Iterator[LoggedReport | ReadError]:
    """The reports of one file or folder, with each failure in its place."""
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        yield ReadError(path, None, _reason(error))
        return
    if is_folder:
        yield from _scan_folder(path)
    else:
        yield from _scan_file(path)


def origin_of(data: dict[str, Any]) -> Origin:
    """Which line of the schema a report follows, told by its keys."""
    if "schema" in (as_object(data.get("parley")) or {}):
        return Origin.PARLEY
    options = as_object(data.get("options")) or {}
    preemptive = as_object(options.get("preemptive_generation"))
    if preemptive is not None or any(key in data for key in NEWER_KEYS):
        return Origin.LIVEKIT_NEWER
    return Origin.LIVEKIT_1_3


def _scan_folder(folder: Path) -> Iterator[LoggedReport | ReadError]:
    closed: list[OSError] = []
    empty = True
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders.sort()
        if REPORT_FILE in files:
            empty = False
            yield from _scan_file(Path(place) / REPORT_FILE)
    for error in closed:
        yield ReadError(Path(str(error.filename)), None, _reason(error))
    if empty and not closed:
        yield ReadError(folder, None, "no report.json in this folder or below it")


def _scan_file(path: Path) -> Iterator[LoggedReport | ReadError]:
    try:
        text = _text(path)
    except ReadError as error:
        yield error
        return
    if not text.strip():
        yield ReadError(path, None, "the file is empty, it holds no session report")
    index = 0
    strangers: list[ReadError] = []
    for entry in dump.scan(text):
        if isinstance(entry, dump.DumpEntry) and (problem := _not_a_report(entry.report)):
            strangers = [*strangers[:1], ReadError(path, entry.line, problem)]
            continue
        yield from _told_once(strangers)
        strangers = []
        if isinstance(entry, dump.DumpError):
            yield ReadError(path, entry.line, entry.problem)
            continue
        data: dict[str, Any] = entry.report
        yield LoggedReport(data, path, index, origin_of(data))
        index += 1
    yield from _told_once(strangers)


def _told_once(strangers: list[ReadError]) -> Iterator[ReadError]:
    """A run of values that are no reports, such as the lines of another log, as one error."""
    if not strangers:
        return
    first, last = strangers[0], strangers[-1]
    so_on = f", nor is anything down to line {last.line}" if last is not first else ""
    yield ReadError(first.path, first.line, first.problem + so_on)


def _text(path: Path) -> str:
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ReadError(path, None, "not a regular file")
            if status.st_size > MAX_BYTES:
                raise ReadError(path, None, f"larger than {MAX_BYTES // 2**20} MiB, not a report")
            raw = file.read()
    except (OSError, ValueError) as error:
        raise ReadError(path, None, _reason(error)) from error
    utf16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))  # what PowerShell's `>` writes
    try:
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ReadError(path, line, "not a text file, so not a session report") from error


def _not_a_report(value: object) -> str | None:
    data = as_object(value)
    if data is None:
        return "not a session report: a report is a JSON object"
    if "job_id" not in data:
        return "not a session report: it has no `job_id`"
    if as_list(data.get("events")) is None:
        return "not a session report: it has no list `events`"
    if is_nested_too_deeply(value):
        return f"nested more than {MAX_DEPTH} levels deep"
    return None


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
