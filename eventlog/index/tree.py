"""The folders of a store that grows, looked over again and again without listing each anew.

A folder's time changes when something is added to it or taken out, so one whose time is as before
is not listed again. Hidden folders are left out, and links are not followed: what is found may be
looked at from a browser.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from eventlog.call_folder import REPORT_FILE

_COARSE = 2 * 10**9
"""Nanoseconds: two changes may fall into one tick of a file system's clock (FAT's are 2 s)."""


@dataclass(slots=True)
class Folder:
    """A folder as it was when it was listed.

    Attributes:
        place: Its way from the root, with `/` between the names; empty for the root itself.
        changed_at: Its time of change, ns; 0 if another change may yet have the same.
        folders: The names of the folders in it.
        files: The names of everything else in it, sorted.
        failure: Why it could not be listed.
        has_calls: Whether a folder in it is that of a call.
    """

    place: str
    changed_at: int = 0
    folders: list[str] = field(default_factory=list[str])
    files: list[str] = field(default_factory=list[str])
    failure: str = ""
    has_calls: bool = False

    def inside(self, name: str) -> str:
        """The place of something in it."""
        return f"{self.place}/{name}" if self.place else name


class Tree:
    """A folder and all below it.

    Args:
        root: The folder; it need not be there yet.
        now: The wall clock, ns.
    """

    def __init__(self, root: str, now: Callable[[], int] = time.time_ns) -> None:
        self._root = root
        self._now = now
        self._known: dict[str, Folder] = {}

    def look(self) -> list[Folder]:
        """All folders as they are now, in no order; none if there is no root."""
        folders = {folder.place: folder for folder in self._walk()}
        for folder in folders.values():
            inner = (folders.get(folder.inside(name)) for name in folder.folders)
            folder.has_calls = any(each and REPORT_FILE in each.files for each in inner)
        self._known = folders
        return list(folders.values())

    def path(self, place: str) -> str:
        """Where a place of the tree is."""
        return f"{self._root}{os.sep}{place}" if place else self._root

    def _walk(self) -> Iterator[Folder]:
        waiting = [""]
        while waiting:
            try:
                folder = self._seen(waiting.pop())
            except FileNotFoundError:
                continue  # gone meanwhile, or no call has been made yet
            yield folder
            waiting += map(folder.inside, folder.folders)

    def _seen(self, place: str) -> Folder:
        path, now = self.path(place), self._now()
        changed_at = os.stat(path).st_mtime_ns  # noqa: PTH116 - of every folder of a tree
        known = self._known.get(place)
        if known is not None and not known.failure and known.changed_at == changed_at:
            return known
        folder = Folder(place)
        try:
            _list(path, folder)
        except FileNotFoundError:
            raise
        except OSError as error:
            folder.failure = (error.strerror or str(error)).lower()
        if changed_at < now - _COARSE:
            folder.changed_at = changed_at
        return folder


def _list(path: str, folder: Folder) -> None:
    with os.scandir(path) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                folder.files.append(entry.name)
            elif not entry.name.startswith("."):
                folder.folders.append(entry.name)
    folder.files.sort()
