"""The URLs of a served store: what leads to a call, and what may be had under them.

    a/b/timeline.html           the timeline of a call that has a folder, and its files beside it
    a/dump.json/2/timeline.html the timeline of the third report of a file

A URL comes from outside. So a part of one is only ever the name of something in the store that is
no link and not hidden, and of what is there only the files of calls are handed out.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import quote

from eventlog.call_folder import JOURNAL_FILE, REPORT_FILE, TIMELINE_FILE
from eventlog.index.collect import Found
from eventlog.index.folder import DOWNLOADS, is_sound, kept, names_in
from eventlog.index.row import Row
from eventlog.stats.files import SUFFIXES, reports_in


def addressed(found: Found, place: str, base: str) -> Row:
    """The row of a call, with the URLs of its timeline and of its files.

    Args:
        found: The call.
        place: The way of its file from the root of the store.
        base: What the URLs begin with.
    """
    row = found.row
    if not _is_text(place):
        # A URL's parts are text, and no server says what becomes of others.
        row.hint = f"parley log timeline {shlex.quote(found.file)} --index {found.index}"
        return row
    folder, slash, name = place.rpartition("/")
    home = base + quote(folder + slash)
    if name == REPORT_FILE:
        names = names_in(str(Path(found.file).parent))
        row.files = [(word, home + quote(file)) for word, file in kept(names)]
    within = "" if name == REPORT_FILE and found.index == 0 else f"{quote(name)}/{found.index}/"
    row.link = f"{home}{within}{TIMELINE_FILE}"
    return row


class HandedOut:
    """What of a store may be had from outside.

    Args:
        root: The store; it need not be there yet.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def file(self, place: str) -> Path | None:
        """A file that may be handed out; None if there is none."""
        path = self._within(place)
        if path is None or not path.is_file():
            return None
        if is_sound(path.name):
            return path if self._is_of_a_report(path.parent) else None
        return path if path.name in DOWNLOADS and _is_call(path.parent) else None

    def report(self, place: str) -> tuple[Path, int] | None:
        """The file, and the place in it, of the report that is meant; None if there is none.

        Args:
            place: A call's folder, or a file of reports and a number from 0.
        """
        folder = self._within(place)
        if folder is not None and folder.is_dir():
            report = self.file(f"{place}/{REPORT_FILE}".lstrip("/"))
            return None if report is None else (report, 0)
        place, _, index = place.rpartition("/")
        if not (index.isascii() and index.isdigit() and len(index) < 10):
            return None
        file = self._within(place)
        if file is None or not file.is_file() or not file.name.endswith(SUFFIXES):
            return None
        return file, int(index)

    def _within(self, place: str) -> Path | None:
        parts = place.split("/") if place else []
        if any(not part or part.startswith(".") or "\0" in part for part in parts):
            return None
        try:
            path = self._root.resolve().joinpath(*parts)
            return path if path.resolve(strict=True) == path else None
        except (OSError, ValueError):
            return None

    def _is_of_a_report(self, folder: Path) -> bool:
        """Whether it or a folder above has reports; as `timeline.recording` looks for sounds."""
        root = self._root.resolve()
        while folder.is_relative_to(root):
            if reports_in(str(folder), list(names_in(str(folder)))):
                return True
            folder = folder.parent
        return False


def _is_call(folder: Path) -> bool:
    return any((folder / name).exists() for name in (REPORT_FILE, JOURNAL_FILE))


def _is_text(place: str) -> bool:
    try:
        place.encode()
    except UnicodeEncodeError:
        return False
    return True
