"""A set of calls with each value's call, which is what resampling calls needs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from eventlog.stats.call import CallNumbers, numbers_of
from eventlog.stats.files import find
from eventlog.stats.once import LeftOut, Once, each_once
from eventlog.stats.pieces import Piece, Unreadable, records_of
from eventlog.stats.rates import COUNTS


@dataclass
class Owned:
    """The values of a metric, and for each the index of its call."""

    values: array[float] = field(default_factory=lambda: array("d"))
    calls: array[int] = field(default_factory=lambda: array("q"))


@dataclass
class Sample:
    """A set of calls: metrics by name, counts by name with a number for each call.

    `left_out` and `keys`, which tell its calls from others, are those of the whole; `once` is the
    same of a piece.
    """

    calls: int = 0
    metrics: dict[str, Owned] = field(default_factory=dict[str, Owned])
    counts: dict[str, array[int]] = field(
        default_factory=lambda: {name: array("q") for name in COUNTS}
    )
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    left_out: LeftOut = field(default_factory=LeftOut)
    keys: set[bytes] = field(default_factory=set[bytes])
    once: Once = field(default_factory=Once)

    def add(self, call: CallNumbers) -> None:
        """Adds a call."""
        for name, values in call.values.items():
            owned = self.metrics.setdefault(name, Owned())
            owned.values.extend(values)
            owned.calls.extend([self.calls] * len(values))
        for name, numbers in self.counts.items():
            numbers.append(call.counts[name])
        self.calls += 1

    def merge(self, piece: Sample) -> None:
        """Adds the calls of a piece behind these."""
        for name, more in piece.metrics.items():
            owned = self.metrics.setdefault(name, Owned())
            owned.values.extend(more.values)
            owned.calls.extend(array("q", (self.calls + call for call in more.calls)))
        for name, numbers in self.counts.items():
            numbers.extend(piece.counts[name])
        self.calls += piece.calls
        self.unreadable += piece.unreadable
        self.left_out.add(piece.once)
        self.keys |= piece.once.seen.keys()

    def without_calls(self) -> Sample:
        """The same, if none of its calls had counted."""
        return Sample(unreadable=self.unreadable, once=self.once.all_left_out())


def sample(paths: Iterable[Path], tell: Callable[[int], None] | None = None) -> Sample:
    """The calls below some paths; `tell` is told how many there are so far."""
    found = Sample()
    for piece in each_once(_sample, find(paths)):
        found.merge(piece)
        if tell is not None:
            tell(found.calls)
    return found


def _sample(piece: Piece, before: Collection[bytes]) -> Sample:
    found = Sample(once=Once(before))
    for entry in records_of(piece):
        if isinstance(entry, Unreadable):
            found.unreadable.append(entry)
            continue
        place, record = entry
        if found.once.counts(record, place):
            found.add(numbers_of(record))
    return found
