"""Each call once, whichever of the files it lies in: the first in the order of the paths counts.

The pieces are read by processes that know nothing of each other, so what a piece shares with those
before it is found when its sums come in. A piece that has nothing else is done without; of any
other the sums are made again, here, without those calls.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, Self, TypeVar

from eventlog.call_key import call_key, has_key
from eventlog.reader import ReadError
from eventlog.stats.pieces import Piece, with_pieces
from eventlog.stats.record import Record


@dataclass
class Once:
    """Which calls of a piece count.

    Attributes:
        before: The calls that came before the piece.
        seen: The calls that were counted, each with the place of its file in the piece.
        reports: How many reports were left out.
        files: The places of the files that those are in.
    """

    before: Collection[bytes] = frozenset()
    seen: dict[bytes, int] = field(default_factory=dict[bytes, int])
    reports: int = 0
    files: set[int] = field(default_factory=set[int])

    def counts(self, record: Record, file: int) -> bool:
        """Tell whether a report is the first of its call; who has no key is one of its own."""
        times = (event.created_at for event in record.events)
        began_at = next((at for at in times if at is not None), None)
        if not has_key(record.job_id, began_at):
            return True
        key = call_key(record.job_id, began_at)
        if key in self.seen or key in self.before:
            self.reports += 1
            self.files.add(file)
            return False
        self.seen[key] = file
        return True

    def all_left_out(self) -> Once:
        """The same, if none of those calls had counted."""
        files = self.files | set(self.seen.values())
        return Once(reports=self.reports + len(self.seen), files=files)


@dataclass
class LeftOut:
    """How many reports did not count since their call had come before, and in how many files."""

    reports: int = 0
    files: int = 0

    def add(self, once: Once) -> None:
        """Adds those of a piece."""
        self.reports += once.reports
        self.files += len(once.files)


class Counted(Protocol):
    """What a piece came to."""

    calls: int
    once: Once

    def without_calls(self) -> Self:
        """The same, if none of its calls had counted."""
        ...


P = TypeVar("P", bound=Counted)


def each_once(
    work: Callable[[Piece, Collection[bytes]], P], files: Iterable[str | ReadError]
) -> Iterator[P]:
    """What `work` makes of each piece, in order, without the calls of those before it.

    Args:
        work: Counts a piece without some calls; see `each_piece`.
        files: The files, in the order that decides.
    """
    before: set[bytes] = set()
    for piece, found in with_pieces(partial(_alone, work), files):
        again = before & found.once.seen.keys()
        if again and len(again) == found.calls:
            yield found.without_calls()
            continue
        counted = work(piece, again) if again else found
        before |= counted.once.seen.keys()
        yield counted


def _alone(work: Callable[[Piece, Collection[bytes]], P], piece: Piece) -> P:
    return work(piece, frozenset())
