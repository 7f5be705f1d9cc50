"""The page of many calls on disk, and the timelines that its rows lead to.

A call's own folder has its timeline in it, or gets one. The reports of other files (dumps, JSON
Lines, LiveKit's) have no folder, and a read-only one takes nothing: theirs go into a folder beside
the page. A timeline is 80 kB, so only so many missing ones are drawn, those of the newest calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eventlog.index.collect import Calls, Found
from eventlog.index.page import render
from eventlog.index.places import Place, Places
from eventlog.reader import LoggedReport, scan
from eventlog.timeline import writing as timeline
from eventlog.whole_file import write_whole

DRAWN = 500
"""So many missing timelines are drawn unless somebody says otherwise; 40 MB."""


@dataclass(slots=True)
class Written:
    """A page: where it lies, how many bytes it has, and what became of the missing timelines."""

    path: Path
    size: int
    drawn: int = 0
    left: int = 0
    failure: str = ""


def write(calls: Calls, root: Path, page: Path, most: int = DRAWN) -> Written:
    """Write the page (mode 0600) of the calls of a folder, and their missing timelines.

    Args:
        calls: The calls, the newest first.
        root: The folder or file in which they were found.
        page: Where the page goes.
        most: So many missing timelines are drawn at most.

    Raises:
        OSError: The page cannot be written; a timeline that cannot be is told in the result.
    """
    written = Written(page, 0)
    places = Places(root, page)
    missing: list[tuple[Found, Place]] = []
    for found in calls.found:
        place = places.of(found)
        found.row.files = place.files
        if place.is_there:
            found.row.link = place.url
        else:
            found.row.hint = place.command
            missing.append((found, place))
    written.left = len(missing)
    _draw(missing[:most], written)
    title = f"Calls in {root.resolve().name}"
    text = render(title, (found.row for found in calls.found), calls.unreadable).encode("utf-8")
    write_whole(page, text)
    written.size = len(text)
    return written


def _draw(missing: list[tuple[Found, Place]], written: Written) -> None:
    by_file: dict[str, dict[int, tuple[Found, Place]]] = {}
    for found, place in missing:
        by_file.setdefault(found.file, {})[found.index] = (found, place)
    for file, wanted in by_file.items():
        for report in _reports(file):
            if report.index in wanted:
                _draw_one(report, *wanted[report.index], written)


def _draw_one(report: LoggedReport, found: Found, place: Place, written: Written) -> None:
    try:
        place.path.parent.mkdir(mode=0o700, exist_ok=True)
        timeline.write(report, place.path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        written.failure = written.failure or f"{place.path}: {reason}"
        return
    found.row.link, found.row.hint = place.url, ""
    written.drawn += 1
    written.left -= 1


def _reports(file: str) -> Iterable[LoggedReport]:
    return (entry for entry in scan(Path(file)) if isinstance(entry, LoggedReport))
