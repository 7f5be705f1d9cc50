"""The rows of all calls of a tree, and where each was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from eventlog.index.row import Row, row_of
from eventlog.reader import ReadError
from eventlog.stats.files import find
from eventlog.stats.pieces import Piece, Unreadable, each_piece
from eventlog.stats.reading import records


@dataclass(slots=True)
class Found:
    """A call: its row, its file, and its place (from 0) among the reports of that file."""

    row: Row
    file: str
    index: int


@dataclass
class Calls:
    """What was found below some paths."""

    found: list[Found] = field(default_factory=list[Found])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])


def collect(paths: Iterable[Path]) -> Calls:
    """The calls of some files and folders, the newest first."""
    calls = Calls()
    for piece in each_piece(_rows_of, find(paths)):
        calls.found += piece.found
        calls.unreadable += piece.unreadable
    calls.found.sort(key=lambda found: (-(found.row.began or 0.0), found.file, found.index))
    return calls


def read_calls(file: str) -> Calls:
    """The calls of one file."""
    calls = Calls()
    for record in records(file):
        if isinstance(record, ReadError):
            calls.unreadable.append(Unreadable.of(record))
        else:
            calls.found.append(Found(row_of(record), file, len(calls.found)))
    return calls


def _rows_of(piece: Piece) -> Calls:
    calls = Calls()
    for file in piece:
        if isinstance(file, Unreadable):
            calls.unreadable.append(file)
            continue
        of_file = read_calls(file)
        calls.found += of_file.found
        calls.unreadable += of_file.unreadable
    return calls
