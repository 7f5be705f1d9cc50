"""The calls in which something was said, out of any number of files.

Every report is decoded whole and quickly; what that stumbles over is read again by the reader,
which says what is wrong with it. Nothing is kept of a call but its hits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from eventlog.jsonvalue import as_list, as_object, as_text
from eventlog.reader import LoggedReport, ReadError, scan
from eventlog.search.folding import Span
from eventlog.search.lines import Line, began_at, lines_of
from eventlog.search.query import Query
from eventlog.stats.files import find
from eventlog.stats.pieces import Piece, Unreadable, each_piece
from eventlog.stats.reading import bytes_of


@dataclass(frozen=True, slots=True)
class Found:
    """A call with hits.

    Attributes:
        file: Where its report lies.
        index: Its place among the reports of the file, from 0.
        job_id: Its job.
        began_at: When it began, epoch seconds.
        lines: The lines of the call that are to be shown, by their place in it: those with hits,
            and those around them.
        hits: Where in a line the hits are, by the line's place.
    """

    file: str
    index: int
    job_id: str
    began_at: float
    lines: dict[int, Line]
    hits: dict[int, list[Span]]


def search(paths: Iterable[Path], query: Query) -> Iterator[Found | Unreadable]:
    """The calls below some paths that have what is searched for, with each failure in its place.

    Raises:
        QueryError: Nothing can be searched for by this query.
    """
    assert query.pattern  # what is wrong with it is said here, and not by another process
    for piece in each_piece(partial(_search, query=query), find(paths)):
        yield from piece


def _search(piece: Piece, query: Query) -> list[Found | Unreadable]:
    return list(_each(piece, query))


def _each(piece: Piece, query: Query) -> Iterator[Found | Unreadable]:
    for file in piece:
        if isinstance(file, Unreadable):
            yield file
            continue
        for entry in _reports(file):
            if isinstance(entry, ReadError):
                yield Unreadable.of(entry)
            elif (found := _in(entry[1], query, file, entry[0])) is not None:
                yield found


def _reports(file: str) -> Iterator[tuple[int, dict[str, Any]] | ReadError]:
    """The reports of a file with their places."""
    raw = bytes_of(file)
    try:
        report = as_object(None if raw is None else msgspec.json.decode(raw))
    except (msgspec.MsgspecError, RecursionError):
        report = None  # several reports, another encoding, or none
    if report is not None and "job_id" in report and as_list(report.get("events")) is not None:
        yield 0, report
        return
    for entry in scan(Path(file)):
        yield (entry.index, entry.data) if isinstance(entry, LoggedReport) else entry


def _in(report: dict[str, Any], query: Query, file: str, index: int) -> Found | None:
    lines = lines_of(report)
    hits = {
        place: spans
        for place, line in enumerate(lines)
        if (not query.roles or line.who in query.roles) and (spans := query.spans(line.text))
    }
    if not hits:
        return None
    shown = {place: lines[place] for place in sorted(_around(hits, query.context, len(lines)))}
    job = as_text(report.get("job_id")) or ""
    return Found(file, index, job, began_at(report), shown, hits)


def _around(places: Iterable[int], context: int, number: int) -> set[int]:
    """Places and so many before and after each, of `number` that there are."""
    return {
        near
        for place in places
        for near in range(max(place - context, 0), min(place + context + 1, number))
    }
