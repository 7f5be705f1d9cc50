"""The numbers of a set of calls, added up one call at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from eventlog.stats.call import CallNumbers
from eventlog.stats.quantiles import Values
from eventlog.stats.talk_time import TalkTime


@dataclass
class Spent:
    """What calls cost, those of them whose whole usage has a price, and what has none."""

    total: float = 0.0
    calls: int = 0
    seconds: float = 0.0
    unpriced: set[str] = field(default_factory=set[str])

    def add(self, cost: float | None, unpriced: set[str], seconds: float) -> None:
        """Adds a call of so many seconds."""
        self.unpriced |= unpriced
        if cost is not None:
            self.total += cost
            self.calls += 1
            self.seconds += seconds

    def merge(self, other: Spent) -> None:
        """Adds the calls of another."""
        self.total += other.total
        self.calls += other.calls
        self.seconds += other.seconds
        self.unpriced |= other.unpriced


@dataclass
class Tally:
    """The sum of a set of calls."""

    calls: int = 0
    values: dict[str, Values] = field(default_factory=dict[str, Values])
    counts: Counter[str] = field(default_factory=Counter[str])
    talk: TalkTime = field(default_factory=TalkTime)
    spent: Spent = field(default_factory=Spent)

    def add(self, call: CallNumbers) -> None:
        """Adds a call."""
        self.calls += 1
        for name, count in call.counts.items():
            self.counts[name] += count
        self._add_talk(call.talk)
        for name, values in call.values.items():
            mine = self.values.get(name)
            if mine is None:
                mine = self.values[name] = Values()
            mine.extend(values)

    def merge(self, other: Tally) -> None:
        """Adds the calls of another."""
        self.calls += other.calls
        self.counts.update(other.counts)
        self._add_talk(other.talk)
        self.spent.merge(other.spent)
        for name, values in other.values.items():
            self.values.setdefault(name, Values()).merge(values)

    def _add_talk(self, talk: Iterable[float]) -> None:
        self.talk = TalkTime(*(mine + more for mine, more in zip(self.talk, talk, strict=True)))
