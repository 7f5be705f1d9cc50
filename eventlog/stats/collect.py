"""All calls of some paths, each once, added up by group: of a call only its numbers are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from eventlog.stats.call import numbers_of
from eventlog.stats.costs import PriceTable, call_cost
from eventlog.stats.files import find
from eventlog.stats.groups import By, labels
from eventlog.stats.once import LeftOut, Once, each_once
from eventlog.stats.pieces import Piece, Unreadable, records_of
from eventlog.stats.tally import Tally


@dataclass
class Collected:
    """What was found: the sums by the group's label, and what could not be read.

    `left_out` is how many reports were of calls that had come before, of the whole; `once` says so
    of a piece.
    """

    groups: dict[str, Tally] = field(default_factory=dict[str, Tally])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    calls: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)
    once: Once = field(default_factory=Once)

    def merge(self, piece: Collected) -> None:
        """Adds what a piece came to."""
        for label, tally in piece.groups.items():
            self.groups.setdefault(label, Tally()).merge(tally)
        self.unreadable += piece.unreadable
        self.calls += piece.calls
        self.left_out.add(piece.once)

    def without_calls(self) -> Collected:
        """The same, if none of its calls had counted."""
        return Collected(unreadable=self.unreadable, once=self.once.all_left_out())


def collect(
    paths: Iterable[Path],
    by: By | None = None,
    prices: PriceTable | None = None,
    tell: Callable[[int], None] | None = None,
) -> Collected:
    """The sums of all calls below some paths, by group; `tell` is told how many are read so far."""
    found = Collected()
    for piece in each_once(partial(_add_up, by=by, prices=prices), find(paths)):
        found.merge(piece)
        if tell is not None:
            tell(found.calls)
    return found


def _add_up(
    piece: Piece, before: Collection[bytes], by: By | None, prices: PriceTable | None
) -> Collected:
    found = Collected(once=Once(before))
    for entry in records_of(piece):
        if isinstance(entry, Unreadable):
            found.unreadable.append(entry)
            continue
        place, record = entry
        if not found.once.counts(record, place):
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
