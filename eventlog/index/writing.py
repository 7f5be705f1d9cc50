"""The page of many calls on disk, and the timelines that its rows lead to.

A call's own folder has its timeline in it, or gets one. The reports of other files (dumps, JSON
Lines, LiveKit's) have no folder, and a read-only one takes nothing: theirs go into a folder beside
the page. A timeline is 70 kB, so only so many missing ones are drawn, those of the newest calls.
"""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from eventlog.index.collect import Calls, Found
from eventlog.index.folder import kept
from eventlog.index.page import render
from eventlog.onefile import write_whole
from eventlog.reader import LoggedReport, scan
from eventlog.stats.files import REPORT
from eventlog.timeline import writing as timeline

DRAWN = 500
"""So many missing timelines are drawn unless somebody says otherwise; 35 MB."""


@dataclass(slots=True)
class Written:
    """A page: where it lies, how many bytes it has, and what became of the missing timelines."""

    path: Path
    size: int
    drawn: int = 0
    left: int = 0
    failure: str = ""


def write(calls: Calls, title: str, page: Path, most: int = DRAWN) -> Written:
    """Write the page (mode 0600) of some calls, and at most so many of their missing timelines.

    Raises:
        OSError: The page cannot be written; a timeline that cannot be is told in the result.
    """
    written = Written(page, 0)
    missing: list[tuple[Found, Path]] = []
    for found in calls.found:
        target = _timeline_of(found, page)
        found.row.files = _files(found, page)
        if _is_there(found, target):
            found.row.link = _url(target, page)
        else:
            missing.append((found, target))
            found.row.hint = _command(found)
    written.left = len(missing)
    _draw(missing[:most], page, written)
    text = render(title, (found.row for found in calls.found), calls.unreadable).encode("utf-8")
    write_whole(page, text)
    written.size = len(text)
    return written


def _timeline_of(found: Found, page: Path) -> Path:
    file = Path(found.file)
    if file.name == REPORT:
        beside = file.with_name(timeline.FILE_NAME)
        if beside.exists() or os.access(file.parent, os.W_OK):
            return beside
    # The stem is for people; the digest keeps two files of one name apart.
    digest = hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:8]
    name = f"{file.stem[:40]}-{digest}-{found.index}.html"
    return page.with_name(f"{page.stem}-timelines") / name


def _is_there(found: Found, target: Path) -> bool:
    """Whether a timeline is there; one that we drew of a file that has changed is not."""
    try:
        drawn = target.stat().st_mtime_ns
        return target.name == timeline.FILE_NAME or drawn >= Path(found.file).stat().st_mtime_ns
    except OSError:
        return False


def _draw(missing: list[tuple[Found, Path]], page: Path, written: Written) -> None:
    by_file: dict[str, dict[int, tuple[Found, Path]]] = {}
    for found, target in missing:
        by_file.setdefault(found.file, {})[found.index] = (found, target)
    for file, wanted in by_file.items():
        for report in _reports(file):
            found, target = wanted.get(report.index, (None, None))
            if found is None or target is None:
                continue
            try:
                target.parent.mkdir(mode=0o700, exist_ok=True)
                timeline.write(report, target)
            except OSError as error:
                written.failure = written.failure or f"{target}: {_reason(error)}"
                continue
            found.row.link, found.row.hint = _url(target, page), ""
            written.drawn += 1
            written.left -= 1


def _reports(file: str) -> Iterable[LoggedReport]:
    return (entry for entry in scan(Path(file)) if isinstance(entry, LoggedReport))


def _files(found: Found, page: Path) -> list[tuple[str, str]]:
    file = Path(found.file)
    if file.name != REPORT:
        return [("report", _url(file, page))]
    return [(word, _url(file.with_name(name), page)) for word, name in kept(file.parent)]


def _url(target: Path, page: Path) -> str:
    beside = os.path.relpath(target.resolve(), page.parent.resolve())
    return quote(os.fsencode(beside.replace(os.sep, "/")))


def _command(found: Found) -> str:
    file = Path(found.file)
    if file.name == REPORT:
        return f"parley log timeline {shlex.quote(str(file.parent))}"
    return f"parley log timeline {shlex.quote(found.file)} --index {found.index}"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
