"""A set of calls with each value's call, which is what resampling calls needs."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from eventlog.stats.call import CallNumbers, numbers_of
from eventlog.stats.files import find
from eventlog.stats.pieces import Piece, Unreadable, each_piece, records_of
from eventlog.stats.rates import COUNTS


@dataclass
class Owned:
    """The values of a metric, and for each the index of its call."""

    values: array[float] = field(default_factory=lambda: array("d"))
    calls: array[int] = field(default_factory=lambda: array("q"))


@dataclass
class Sample:
    """A set of calls: metrics by name, counts by name with a number for each call."""

    calls: int = 0
    metrics: dict[str, Owned] = field(default_factory=dict[str, Owned])
    counts: dict[str, array[int]] = field(
        default_factory=lambda: {name: array("q") for name in COUNTS}
    )
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])

    def add(self, call: CallNumbers) -> None:
        """Adds a call."""
        for name, values in call.values.items():
            owned = self.metrics.setdefault(name, Owned())
            owned.values.extend(values)
            owned.calls.extend([self.calls] * len(values))
        for name, numbers in self.counts.items():
            numbers.append(call.counts[name])
        self.calls += 1

    def merge(self, other: Sample) -> None:
        """Adds the calls of another behind these."""
        for name, more in other.metrics.items():
            owned = self.metrics.setdefault(name, Owned())
            owned.values.extend(more.values)
            owned.calls.extend(array("q", (self.calls + call for call in more.calls)))
        for name, numbers in self.counts.items():
            numbers.extend(other.counts[name])
        self.calls += other.calls
        self.unreadable += other.unreadable


def sample(paths: Iterable[Path]) -> Sample:
    """The calls below some paths."""
    found = Sample()
    for piece in each_piece(_sample, find(paths)):
        found.merge(piece)
    return found


def _sample(piece: Piece) -> Sample:
    found = Sample()
    for record in records_of(piece):
        if isinstance(record, Unreadable):
            found.unreadable.append(record)
        else:
            found.add(numbers_of(record))
    return found
