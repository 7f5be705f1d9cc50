"""All calls of some paths, added up by group: nothing of a call is kept but its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path

from eventlog.stats.call import numbers_of
from eventlog.stats.costs import PriceTable, call_cost
from eventlog.stats.files import find
from eventlog.stats.groups import By, labels
from eventlog.stats.pieces import Piece, Unreadable, each_piece, records_of
from eventlog.stats.record import Record
from eventlog.stats.tally import Tally


@dataclass
class Collected:
    """What was found: the sums by the group's label, and what could not be read.

    `again` is how many of the calls are in more than one place, and so were counted again; `seen`
    holds eight bytes of each call, to tell.
    """

    groups: dict[str, Tally] = field(default_factory=dict[str, Tally])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    calls: int = 0
    again: int = 0
    seen: set[int] = field(default_factory=set[int])

    def merge(self, other: Collected) -> None:
        """Adds what another piece found."""
        for label, tally in other.groups.items():
            self.groups.setdefault(label, Tally()).merge(tally)
        self.unreadable += other.unreadable
        self.calls += other.calls
        self.again += other.again + len(self.seen & other.seen)
        self.seen |= other.seen

    def see(self, record: Record) -> None:
        """Counts a call, and whether it was there before: the same job, begun at the same time."""
        self.calls += 1
        if record.job_id and record.events:
            name = f"{record.job_id}\0{record.events[0].created_at}".encode(errors="surrogatepass")
            key = int.from_bytes(blake2b(name, digest_size=8).digest())
            self.again += key in self.seen
            self.seen.add(key)


def collect(
    paths: Iterable[Path], by: By | None = None, prices: PriceTable | None = None
) -> Collected:
    """The sums of all calls below some paths, by group."""
    found = Collected()
    for piece in each_piece(partial(_add_up, by=by, prices=prices), find(paths)):
        found.merge(piece)
    return found


def _add_up(piece: Piece, by: By | None, prices: PriceTable | None) -> Collected:
    found = Collected()
    for record in records_of(piece):
        if isinstance(record, Unreadable):
            found.unreadable.append(record)
            continue
        found.see(record)
        numbers = numbers_of(record)
        cost = None if prices is None else call_cost(record.usage or [], prices)
        for label in labels(record, by):
            tally = found.groups.setdefault(label, Tally())
            tally.add(numbers)
            if cost is not None:
                tally.spent.add(*cost, numbers.talk.call)
    return found
