"""All calls of some paths, added up by group: nothing of a call is kept but its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from eventlog.stats.call import numbers_of
from eventlog.stats.costs import PriceTable, call_cost
from eventlog.stats.files import find
from eventlog.stats.groups import By, labels
from eventlog.stats.pieces import Piece, Unreadable, each_piece, records_of
from eventlog.stats.tally import Tally


@dataclass
class Collected:
    """What was found: the sums by the group's label, and what could not be read."""

    groups: dict[str, Tally] = field(default_factory=dict[str, Tally])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    calls: int = 0

    def merge(self, other: Collected) -> None:
        """Adds what another piece found."""
        for label, tally in other.groups.items():
            self.groups.setdefault(label, Tally()).merge(tally)
        self.unreadable += other.unreadable
        self.calls += other.calls


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
        found.calls += 1
        numbers = numbers_of(record)
        cost = None if prices is None else call_cost(record.usage or [], prices)
        for label in labels(record, by):
            tally = found.groups.setdefault(label, Tally())
            tally.add(numbers)
            if cost is not None:
                tally.spent.add(*cost, numbers.talk.call)
    return found
