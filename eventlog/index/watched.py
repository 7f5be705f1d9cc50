"""The calls of a store that grows: only what is new or has changed is read again.

A store is a folder with a folder a call. What is in it may be looked at from a browser, so nothing
is followed out of it: names are those of calls, links are left alone.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from eventlog import file_lock
from eventlog.call_folder import JOURNAL_FILE, REPORT_FILE
from eventlog.index.collect import read_calls
from eventlog.index.folder import DOWNLOADS, is_sound, kept, names_in
from eventlog.index.page import told
from eventlog.index.row import Row, newest_first
from eventlog.reader import ReadError
from eventlog.stats.files import find
from eventlog.stats.pieces import Unreadable
from eventlog.timeline.writing import FILE_NAME as TIMELINE

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}(-[0-9]+)?")  # as `eventlog.call_folder` has it
_Seen: TypeAlias = tuple[int, ...]


@dataclass(slots=True)
class _Kept:
    """What was read of a folder, and how the folder looked then; without a row it has no report."""

    seen: _Seen
    row: Row | None
    problems: list[Unreadable] = field(default_factory=list[Unreadable])


class WatchedCalls:
    """The calls of a store, for a page that asks again and again.

    Args:
        folder: The store; it need not be there yet.
        base: What the URLs of the calls begin with, e.g. `sessions/`.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self._folder = folder
        self._base = base
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()
        self._run = secrets.token_hex(4)
        self._version = 0
        self._closed: Unreadable | None = None
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
            without = [name for name, kept in self._kept.items() if kept.row is None]
            waiting = frozenset(n for n in without if n in under_way or self._goes_on(n))
            if changed or waiting != self._waiting or not self._told:
                self._version += 1
                self._waiting = waiting
                self._told = self._as_json()
            return json.dumps({"version": since}).encode() if since == self._name else self._told

    def file(self, name: str, file: str) -> Path | None:
        """A file of a call that may be handed out; None if there is none, or it is a link."""
        if not _NAME.fullmatch(name) or not (file in DOWNLOADS or is_sound(file)):
            return None
        try:
            path = self._folder.resolve() / name / file
            return path if path.resolve(strict=True) == path and path.is_file() else None
        except (OSError, ValueError):
            return None

    @property
    def _name(self) -> str:
        return f"{self._run}-{self._version}"

    def _as_json(self) -> bytes:
        kept = [self._kept[name] for name in sorted(self._kept) if name not in self._waiting]
        rows = newest_first(each.row for each in kept if each.row is not None)
        problems = [problem for each in kept for problem in each.problems]
        if self._closed is not None:
            problems.insert(0, self._closed)
        return json.dumps({"version": self._name, **told(rows, problems)}).encode()

    def _look(self) -> bool:
        """Read what has changed; whether anything has."""
        closed_before = self._closed
        there = self._folders()
        changed = set(self._kept) - set(there)
        for name in changed:
            del self._kept[name]
        for name, seen in there.items():
            before = self._kept.get(name)
            if before is None or before.seen != seen:
                self._kept[name] = self._read(name, seen)
                changed.add(name)
        return bool(changed) or self._closed != closed_before

    def _goes_on(self, name: str) -> bool:
        """Whether another process is still writing a call that has no report yet."""
        try:
            return file_lock.is_held(self._folder / name / JOURNAL_FILE) is True
        except OSError:
            return False

    def _folders(self) -> dict[str, _Seen]:
        """The folders of calls, with what changes when something in them does."""
        found: dict[str, _Seen] = {}
        self._closed = None
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                        found[entry.name] = _seen(entry.path)
        except FileNotFoundError:
            pass  # no call has been made
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self._closed = Unreadable(str(self._folder), None, reason)
        return found

    def _read(self, name: str, seen: _Seen) -> _Kept:
        folder = self._folder / name
        report = folder / REPORT_FILE
        try:
            if not stat.S_ISREG(report.lstat().st_mode):
                link = ReadError(report, None, "a link or no file, and links are not followed")
                return _Kept(seen, None, [Unreadable.of(link)])
        except OSError:
            return _Kept(seen, None, _without_report(folder))
        calls = read_calls(str(report))
        if not calls.found:
            return _Kept(seen, None, calls.unreadable)
        row = calls.found[0].row
        base = f"{self._base}{name}/"
        row.link = base + TIMELINE
        row.files = [(word, base + file) for word, file in kept(names_in(str(folder)))]
        return _Kept(seen, row, calls.unreadable)


def _seen(folder: str) -> _Seen:
    seen: list[int] = []
    for path in (folder, f"{folder}{os.sep}{REPORT_FILE}"):
        try:
            status = os.lstat(path)
        except OSError:
            continue
        seen += (status.st_mtime_ns, status.st_size)
    return tuple(seen)


def _without_report(folder: Path) -> list[Unreadable]:
    """A journal without its report is a call that was killed, or one under way."""
    if not (folder / JOURNAL_FILE).exists():
        return []
    return [Unreadable.of(found) for found in find([folder]) if isinstance(found, ReadError)]
