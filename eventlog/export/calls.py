"""The calls of many paths, one at a time, each once.

A call may lie there twice: in its folder, and in the dump of all calls beside others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from eventlog.call_key import call_key, has_key
from eventlog.reader import LoggedReport, ReadError, scan
from eventlog.stats.files import find
from eventlog.stats.pieces import Unreadable
from eventlog.view import View


def key_of(view: View) -> bytes:
    """Sixteen bytes that are the same for every copy of a call; see `eventlog.call_key`."""
    return call_key(view.report.get("job_id"), _began_at(view))


@dataclass
class Calls:
    """The calls below some paths: iterate over them, then see what was left out.

    Attributes:
        unreadable: What could not be read.
        twice: How many reports were of a call that had come before.
    """

    paths: Iterable[Path]
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    twice: int = 0

    def __iter__(self) -> Iterator[tuple[LoggedReport, View]]:
        seen: set[bytes] = set()
        for found in self._reports():
            if isinstance(found, ReadError):
                self.unreadable.append(Unreadable.of(found))
                continue
            view = View.of(found.data, found.origin)
            if has_key(view.report.get("job_id"), _began_at(view)):
                key = key_of(view)
                if key in seen:
                    self.twice += 1
                    continue
                seen.add(key)
            yield found, view

    def _reports(self) -> Iterator[LoggedReport | ReadError]:
        for file in find(self.paths):
            if isinstance(file, ReadError):
                yield file
            else:
                yield from scan(Path(file))


def _began_at(view: View) -> float | None:
    return view.events[0].at if view.events else None
