"""Records from files, fast where a file is as it should be, and careful where it is not.

The fast way decodes the bytes straight into `Record`. Whatever it stumbles over (a damaged entry,
another encoding, a value of another type) is read again as a whole by `eventlog.reader`, so that
what is unreadable, and in which line, is decided in one place. The fast way accepts a key that is
given twice, which the reader does not.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from eventlog import dump
from eventlog.reader import MAX_BYTES, LoggedReport, ReadError, scan
from eventlog.stats.lenient import record_of
from eventlog.stats.record import Record

# A line that stands between two reports of a dump. JSON has no line break inside of a string, so
# such a line is never part of a report.
_BETWEEN = re.compile(
    rb"^(?:--- NEW SESSION DUMP: .*? ---|" + dump.RULER.encode() + rb")[ \t]*\r?$", re.MULTILINE
)
_DECODER = msgspec.json.Decoder(Record)


def records(path: str) -> Iterator[Record | ReadError]:
    """The records of one file, with each failure in its place."""
    raw = bytes_of(path)
    found = None if raw is None else _fast(raw)
    if found is not None:
        yield from found
        return
    for entry in scan(Path(path)):
        yield record_of(entry.data) if isinstance(entry, LoggedReport) else entry


def _fast(raw: bytes) -> list[Record] | None:
    try:
        return [_DECODER.decode(raw)]
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        # Each piece is one report, or one a line.
        return [record for piece in _BETWEEN.split(raw) for record in _piece(piece.strip())] or None
    except (msgspec.MsgspecError, RecursionError):
        return None


def _piece(raw: bytes) -> list[Record]:
    if not raw:
        return []
    try:
        return [_DECODER.decode(raw)]
    except msgspec.DecodeError:
        return _DECODER.decode_lines(raw)


def bytes_of(path: str) -> bytes | None:
    """The bytes of a regular file of a sane size; None leaves it to the reader to say why not."""
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return None
        raw = os.read(descriptor, status.st_size)
        # A read may give less than it was asked for; the reader then takes its time.
        return raw if len(raw) == status.st_size else None
    except OSError:
        return None
    finally:
        os.close(descriptor)
