"""The calls of a store that grows: only what is new or has changed is read again."""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from eventlog import file_lock
from eventlog.call_folder import JOURNAL_FILE, REPORT_FILE
from eventlog.index.addresses import addressed
from eventlog.index.collect import read_calls
from eventlog.index.page import told
from eventlog.index.row import Row, newest_first
from eventlog.index.tree import Folder, Tree
from eventlog.reader import ReadError
from eventlog.stats.files import reports_in
from eventlog.stats.pieces import Unreadable

_Seen: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class _Kept:
    """What was read of a file or a folder, and how it looked then.

    Attributes:
        seen: Times, sizes and names, which are others when something has changed.
        rows: The calls in it.
        problems: What could not be read of it.
        call: The place of the folder, if it has a journal and no report.
    """

    seen: _Seen
    rows: list[Row] = field(default_factory=list[Row])
    problems: list[Unreadable] = field(default_factory=list[Unreadable])
    call: str | None = None


class WatchedCalls:
    """The calls of a folder and all folders below it, for a page that asks again and again.

    Which files are read is as `eventlog.stats.files` has it, links and hidden folders left out.

    Args:
        folder: The store; it need not be there yet.
        base: What the URLs of the calls begin with, e.g. `sessions/`.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self._tree = Tree(str(folder))
        self._base = base
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()
        self._run = secrets.token_hex(4)
        self._version = 0
        self._closed: list[Unreadable] = []
        self._waiting: frozenset[str] = frozenset()
        self._told = b""

    def as_json(self, since: str = "", under_way: Collection[str] = ()) -> bytes:
        """The page's data as JSON, with a `version`; only that if nothing has changed `since`.

        Reads files: call it where that may take its time. Safe in any thread.

        Args:
            since: The version that the page has.
            under_way: The names of calls of this process that have not ended.
        """
        with self._lock:
            changed = self._look()
            without = [kept.call for kept in self._kept.values() if kept.call is not None]
            waiting = frozenset(
                call for call in without if call in under_way or self._goes_on(call)
            )
            if changed or waiting != self._waiting or not self._told:
                self._version += 1
                self._waiting = waiting
                self._told = self._as_json()
            return json.dumps({"version": since}).encode() if since == self._name else self._told

    @property
    def _name(self) -> str:
        return f"{self._run}-{self._version}"

    def _as_json(self) -> bytes:
        kept = [self._kept[place] for place in sorted(self._kept)]
        rows = newest_first(row for each in kept for row in each.rows)
        problems = [*self._closed]
        for each in kept:
            if each.call is None or each.call not in self._waiting:
                problems += each.problems
        return json.dumps({"version": self._name, **told(rows, problems)}).encode()

    def _look(self) -> bool:
        """Read what has changed; whether anything has."""
        closed_before, self._closed = self._closed, []
        there = dict(self._places())
        gone = self._kept.keys() - there.keys()
        for place in gone:
            del self._kept[place]
        changed = bool(gone) or self._closed != closed_before
        for place, found in there.items():
            before = self._kept.get(place)
            if before is None or before.seen != found.seen:
                self._kept[place] = self._read(place, found)
                changed = True
        return changed

    def _goes_on(self, call: str) -> bool:
        """Whether another process is still writing a call that has no report yet."""
        try:
            return file_lock.is_held(Path(self._tree.path(call), JOURNAL_FILE)) is True
        except OSError:
            return False

    def _places(self) -> Iterator[tuple[str, _Kept]]:
        """What there is to be read, not read yet."""
        for folder in self._tree.look():
            path = self._tree.path(folder.place)
            if folder.failure:
                self._closed.append(Unreadable(path, None, folder.failure))
            elif not folder.has_calls:
                for found in reports_in(path, folder.files):
                    yield self._place(folder, found)

    def _place(self, folder: Folder, found: str | ReadError) -> tuple[str, _Kept]:
        if isinstance(found, ReadError):
            unread = _Kept(seen=(), problems=[Unreadable.of(found)], call=folder.place)
            return folder.inside(JOURNAL_FILE), unread
        name = os.path.basename(found)  # noqa: PTH119 - of every file of a tree
        # What else lies in the folder of a call is part of its row.
        of_folder = folder.files if name == REPORT_FILE else ()
        return folder.inside(name), _Kept((*of_folder, *_seen(found)))

    def _read(self, place: str, found: _Kept) -> _Kept:
        if found.call is not None:
            return found
        path = self._tree.path(place)
        if not _is_file(path):
            link = ReadError(Path(path), None, "a link or no file, and links are not followed")
            found.problems.append(Unreadable.of(link))
            return found
        calls = read_calls(path)
        found.problems += calls.unreadable
        found.rows += (addressed(call, place, self._base) for call in calls.found)
        return found


def _seen(file: str) -> _Seen:
    try:
        status = os.lstat(file)
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
