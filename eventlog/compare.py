"""Are two sets of calls different? Metric by metric, with what chance alone could have done.

The turns of one call resemble each other, so it is calls that are drawn again (a bootstrap of
clusters), and a metric needs `ENOUGH` calls on both sides before anything is said. Many metrics
are looked at, so each interval is widened until the 95 % hold for all of them together
(Bonferroni); without that, one in twenty metrics would differ by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from eventlog.drawing import Figure, MedianOfCalls, RateOfCalls, draw_again, drawn_of_nothing
from eventlog.stats.call import CALL_SECONDS
from eventlog.stats.rates import RATES
from eventlog.stats.sample import Owned, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENOUGH = 10
"""Calls with the metric that each side needs."""

CONFIDENCE = 0.95

_PER_CALL = "errors_per_call"
_RATES = {rate.name: (rate.part, rate.whole) for rate in RATES} | {_PER_CALL: ("errors", "")}
"""What is a part of what, by name; without a whole it is so much a call."""

_UNITS = {"llm_node_tps": "tokens/s", _PER_CALL: ""}


class Verdict(StrEnum):
    """What can be said of a metric."""

    HIGHER = "higher"
    LOWER = "lower"
    NO_DIFFERENCE = "no difference shown"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a metric: its median (or rate), of how many values, in how many calls."""

    value: float | None
    values: int
    calls: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A metric of B against A; `shift` is B minus A, `low` to `high` its interval."""

    name: str
    unit: str
    a: Side
    b: Side
    verdict: Verdict
    shift: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        if self.low is None or self.high is None or self.shift is None:
            return self._cannot_tell()
        interval = f"{_amount(self.low, self.unit)} to {_amount(self.high, self.unit)}"
        if self.verdict is Verdict.NO_DIFFERENCE:
            return f"{self.name}: no difference shown; what there may be is {interval}"
        words = _WORDS.get(self.name, _SPEED if self.unit == "s" else ("higher", "lower"))
        word = words[self.verdict is Verdict.LOWER]
        by = _amount(abs(self.shift), self.unit).removeprefix("+")
        return f"{self.name}: B is {word} by {by} ({interval})"

    def _cannot_tell(self) -> str:
        sides = (("A", self.a), ("B", self.b))
        few = [f"{name} has {side.calls}" for name, side in sides if side.calls < ENOUGH]
        wanted = f"it takes {ENOUGH} calls with it on both sides"
        return f"{self.name}: cannot tell; {wanted}, {' and '.join(few)}"


_SPEED = ("slower", "faster")
_WORDS = {
    CALL_SECONDS: ("longer", "shorter"),
    "llm_node_tps": ("faster", "slower"),
}


@dataclass
class _Measured:
    """A metric or a rate of one side, and in each draw; without draws there is too little of it."""

    side: Side
    figure: Figure | None = None
    draws: NDArray[Any] | None = None


def _tell_nobody(_done: float) -> None:
    """Nobody waits."""


def compare(a: Sample, b: Sample, tell: Callable[[float], None] = _tell_nobody) -> list[Compared]:
    """Every metric that either side has, then the rates.

    Args:
        a: The calls to compare with.
        b: The calls to judge.
        tell: Told how much of the work is done, from 0 to 1.
    """
    metrics = sorted({*a.metrics, *b.metrics}, key=_place)
    tail = (1 - CONFIDENCE) / 2 / (len(metrics) + len(_RATES))
    sides: list[list[_Measured]] = []
    for number, sample in enumerate((a, b)):
        measured = [_metric(name, sample) for name in metrics]
        measured += [_rate(part, whole, sample, number) for part, whole in _RATES.values()]
        _draw(measured, number, lambda done, number=number: tell((number + done) / 2))
        sides.append(measured)
    named = zip([*metrics, *_RATES], *sides, strict=True)
    return [_judged(name, of_a, of_b, tail) for name, of_a, of_b in named]


def _place(name: str) -> tuple[bool, str]:
    return (name != "e2e_latency", name)


def _metric(name: str, sample: Sample) -> _Measured:
    import numpy as np

    owned = sample.metrics.get(name, Owned())
    values = np.array(owned.values)
    distinct, calls = np.unique(np.array(owned.calls, dtype=np.int64), return_inverse=True)
    middle = float(np.median(values)) if len(values) else None
    side = Side(middle, len(values), len(distinct))
    return _Measured(side, MedianOfCalls(values, calls) if len(distinct) >= ENOUGH else None)


def _rate(part: str, whole: str, sample: Sample, number: int) -> _Measured:
    import numpy as np

    parts = np.array(sample.counts[part], dtype=np.int64)
    wholes = np.array(sample.counts[whole], dtype=np.int64) if whole else np.ones_like(parts)
    parts, wholes = parts[wholes > 0], wholes[wholes > 0]
    value = float(parts.sum() / wholes.sum()) if len(wholes) else None
    side = Side(value, int(wholes.sum()), len(wholes))
    if len(wholes) < ENOUGH:
        return _Measured(side)
    if not parts.any():
        return _Measured(side, draws=drawn_of_nothing(len(wholes), number))
    return _Measured(side, RateOfCalls(parts, wholes))


def _draw(measured: list[_Measured], number: int, tell: Callable[[float], None]) -> None:
    """Draw the calls of a side again, for each figure that there is enough of."""
    figures = {place: each.figure for place, each in enumerate(measured) if each.figure is not None}
    draws = draw_again(list(figures.values()), number, tell)
    for place, found in zip(figures, draws, strict=True):
        measured[place].draws = found


def _judged(name: str, a: _Measured, b: _Measured, tail: float) -> Compared:
    import numpy as np

    unit = _UNITS.get(name, "%" if name in _RATES else "s")
    if a.draws is None or b.draws is None or a.side.value is None or b.side.value is None:
        return Compared(name, unit, a.side, b.side, Verdict.CANNOT_TELL)
    shifts = b.draws - a.draws
    low, high = (float(edge) for edge in np.quantile(shifts, [tail, 1 - tail]))
    verdict = Verdict.HIGHER if low > 0 else Verdict.LOWER if high < 0 else Verdict.NO_DIFFERENCE
    shift = b.side.value - a.side.value
    return Compared(name, unit, a.side, b.side, verdict, shift, low, high)


def _amount(value: float, unit: str) -> str:
    if unit == "%":
        return f"{value * 100:+.1f} points"
    if unit == "s" and abs(value) < 0.1:
        return f"{value * 1000:+.1f} ms"
    return f"{value:+.3f} {unit}".rstrip()
