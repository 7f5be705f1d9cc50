"""The text form of a session report: a banner line, indented JSON, a line of `=`.

People keep every call in one growing text file because it can be read with nothing but a pager.
Reports are written by the standard library's `json`: other encoders print floats differently, and
a dump that was read and written again would no longer be the same file.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

RULER = "=" * 50
MAX_DAMAGED_ENTRIES = 100
"""After so many entries that cannot be read, a text is given up: it is not a log."""

_BANNER = re.compile(r"--- NEW SESSION DUMP: (.*?) ---")
_NEXT_ENTRY = re.compile(r"^(?:\{|--- NEW SESSION DUMP: )", re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*")
_SPACE = re.compile(r"\s*")


class DumpError(ValueError):
    """An entry of a dump cannot be read; `line` (from 1) is where, `problem` is what."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class DumpEntry:
    """One report of a dump.

    `at` is the local time of the banner (None without a readable banner), `report` the JSON value
    below it, `line` the line (from 1) on which that value begins.
    """

    at: datetime | None
    report: Any
    line: int


def render(report: Mapping[str, Any], at: datetime) -> str:
    """The text of one entry, `at` being the local time that its banner names.

    Raises:
        ValueError: the report holds NaN or an infinity, which JSON cannot say.
        TypeError: the report holds something that is not JSON.
    """
    body = json.dumps(report, indent=2, allow_nan=False)
    return f"\n--- NEW SESSION DUMP: {at} ---\n{body}\n{RULER}\n"


def append(path: Path, report: Mapping[str, Any], at: datetime) -> None:
    """Adds one entry to the end of `path`, creating it (0600) and its folders (0700).

    The entry goes out in one write to a file opened for appending, so that two calls that end at
    the same moment do not mix their lines.

    Raises:
        OSError: the file cannot be written.
        ValueError, TypeError: as `render`.
    """
    data = render(report, at).encode("ascii")
    _make_private_folders(path.parent)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        while data:  # one round, unless the disk is nearly full
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)


def parse(text: str) -> list[DumpEntry]:
    """The entries of a dump, in order. Plain JSON and JSON Lines are dumps without banners.

    Raises:
        DumpError: an entry is damaged; `scan` also gives the entries around it.
    """
    entries: list[DumpEntry] = []
    for entry in scan(text):
        if isinstance(entry, DumpError):
            raise entry
        entries.append(entry)
    return entries


def scan(text: str) -> Iterator[DumpEntry | DumpError]:
    """Each entry of a dump, or the error that stands in its place, in order.

    After a damaged entry the search goes on at the next line that opens one, so a process killed
    in the middle of a write costs its own entry and no other.
    """
    place = 0
    at: datetime | None = None
    damaged = 0
    lines = _LineCounter(text)
    while (place := _skip(_SPACE, text, place)) < len(text):
        end_of_line = _skip(_LINE, text, place)
        line = text[place : min(end_of_line, place + 200)].rstrip()
        if banner := _BANNER.fullmatch(line):
            at, place = _local_time(banner[1]), end_of_line
            continue
        if line == RULER:
            at, place = None, end_of_line
            continue
        try:
            value, end = _DECODER.raw_decode(text, place)
            yield DumpEntry(at=at, report=value, line=lines.at(place))
            place = end
        except (ValueError, RecursionError) as error:
            yield _damage(error, text, place, lines)
            damaged += 1
            if damaged >= MAX_DAMAGED_ENTRIES:
                yield DumpError(lines.at(place), "too many entries cannot be read, the rest is not")
                return
            following = _NEXT_ENTRY.search(text, end_of_line)
            place = following.start() if following else len(text)
        at = None


class _LineCounter:
    """Line numbers of growing offsets, each stretch of the text being counted once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._line = 1

    def at(self, place: int) -> int:
        if place < self._place:
            return self._text.count("\n", 0, place) + 1
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    matched = pattern.match(text, place)
    return matched.end() if matched else place


def _local_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _damage(error: Exception, text: str, place: int, lines: _LineCounter) -> DumpError:
    begun = lines.at(place)
    if isinstance(error, RecursionError):
        return DumpError(begun, "the JSON is nested too deeply")
    if not isinstance(error, json.JSONDecodeError):  # a number or a key that `json` lets pass
        return DumpError(begun, str(error))
    unfinished = error.msg.startswith("Unterminated") and "\n" not in text[error.pos :].rstrip("\n")
    if unfinished or not text[error.pos :].strip():
        last = begun + text.count("\n", place, len(text.rstrip()))
        return DumpError(last, f"the entry that begins on line {begun} is cut off here")
    return DumpError(error.lineno, f"not JSON: {error.msg} (column {error.colno})")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(twice, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice[:60]!r} is given twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 40:
        raise ValueError(f"a whole number of {len(digits)} digits is no time and no count")
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)


def _make_private_folders(folder: Path) -> None:
    if folder.exists():
        return
    _make_private_folders(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
