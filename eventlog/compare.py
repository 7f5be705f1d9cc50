"""Are two sets of calls different? Metric by metric, with what chance alone could have done.

The turns of one call resemble each other, so it is calls that are drawn again (a bootstrap of
clusters), and a metric needs `ENOUGH` calls on both sides before anything is said. Many metrics
are looked at, so each interval is widened until the 95 % hold for all of them together
(Bonferroni); without that, one in twenty metrics would differ by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from eventlog.stats.call import CALL_SECONDS
from eventlog.stats.rates import RATES
from eventlog.stats.sample import Owned, Sample

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

ENOUGH = 10
"""Calls with the metric that each side needs."""

DRAWS = 2000
SEED = 20260101
CONFIDENCE = 0.95

_CELLS = 250_000
"""So many numbers of draws are held at once: as many as stay in a processor's cache."""


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


def compare(a: Sample, b: Sample) -> list[Compared]:
    """Every metric that either side has, then the rates."""
    names = list(dict.fromkeys([*a.metrics, *b.metrics]))
    tail = (1 - CONFIDENCE) / 2 / max(len(names) + len(RATES) + 1, 1)
    found = [_metric(name, a, b, tail) for name in sorted(names, key=_place)]
    rates = [
        *((rate.name, rate.part, rate.whole) for rate in RATES),
        ("errors_per_call", "errors", ""),
    ]
    return found + [_rate(name, part, whole, a, b, tail) for name, part, whole in rates]


def _place(name: str) -> tuple[bool, str]:
    return (name != "e2e_latency", name)


def _metric(name: str, a: Sample, b: Sample, tail: float) -> Compared:
    import numpy as np

    sides: list[Side] = []
    draws: list[NDArray[Any]] = []
    for side, sample in enumerate((a, b)):
        owned = sample.metrics.get(name, Owned())
        values = np.array(owned.values)
        distinct, calls = np.unique(np.array(owned.calls, dtype=np.int64), return_inverse=True)
        middle = float(np.median(values)) if len(values) else None
        sides.append(Side(middle, len(values), len(distinct)))
        if len(distinct) >= ENOUGH:
            draws.append(_drawn_medians(values, calls, len(distinct), side))
    return _judged(name, "tokens/s" if name == "llm_node_tps" else "s", sides, draws, tail)


def _drawn_medians(
    values: NDArray[Any], calls: NDArray[Any], number_of_calls: int, side: int
) -> NDArray[Any]:
    """The median of each draw of calls; `calls` says of each value which call it is from."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    values, calls = values[order], calls[order]
    draw = np.random.default_rng([SEED, side])
    at_once = max(_CELLS // len(values), 1)
    medians: list[NDArray[Any]] = []
    for begun in range(0, DRAWS, at_once):
        drawn = _drawn_again(draw, number_of_calls, min(at_once, DRAWS - begun))
        reached = np.cumsum(drawn[:, calls], axis=1)
        half = reached[:, -1:] / 2
        low, high = (reached < half).sum(axis=1), (reached <= half).sum(axis=1)
        medians.append((values[low] + values[np.minimum(high, len(values) - 1)]) / 2)
    return np.concatenate(medians)


def _drawn_again(draw: Generator, calls: int, times: int) -> NDArray[Any]:
    """How often each call was drawn, a row a draw; `multinomial` does the same in more time."""
    import numpy as np

    drawn = draw.integers(0, calls, (times, calls)) + np.arange(0, times * calls, calls)[:, None]
    return np.bincount(drawn.ravel(), minlength=times * calls).reshape(times, calls)


def _rate(name: str, part: str, whole: str, a: Sample, b: Sample, tail: float) -> Compared:
    import numpy as np

    sides: list[Side] = []
    draws: list[NDArray[Any]] = []
    for side, sample in enumerate((a, b)):
        parts = np.array(sample.counts[part], dtype=np.int64)
        wholes = np.array(sample.counts[whole], dtype=np.int64) if whole else np.ones_like(parts)
        parts, wholes = parts[wholes > 0], wholes[wholes > 0]
        value = float(parts.sum() / wholes.sum()) if len(wholes) else None
        sides.append(Side(value, int(wholes.sum()), len(wholes)))
        if len(wholes) >= ENOUGH:
            draws.append(_drawn_rates(parts, wholes, side))
    return _judged(name, "" if name == "errors_per_call" else "%", sides, draws, tail)


def _drawn_rates(parts: NDArray[Any], wholes: NDArray[Any], side: int) -> NDArray[Any]:
    import numpy as np

    draw = np.random.default_rng([SEED, side])
    calls = len(wholes)
    if not parts.any():
        # Drawn again, nothing stays nothing; but what never was in n calls may be in one of n/3.
        return draw.beta(1, calls + 1, DRAWS)
    drawn = (draw.integers(0, calls, calls) for _ in range(DRAWS))
    return np.array([parts[each].sum() / wholes[each].sum() for each in drawn])


def _judged(
    name: str, unit: str, sides: list[Side], draws: list[NDArray[Any]], tail: float
) -> Compared:
    import numpy as np

    a, b = sides
    if len(draws) < 2 or a.value is None or b.value is None:
        return Compared(name, unit, a, b, Verdict.CANNOT_TELL)
    shifts = draws[1] - draws[0]
    low, high = (float(edge) for edge in np.quantile(shifts, [tail, 1 - tail]))
    verdict = Verdict.HIGHER if low > 0 else Verdict.LOWER if high < 0 else Verdict.NO_DIFFERENCE
    return Compared(name, unit, a, b, verdict, b.value - a.value, low, high)


def _amount(value: float, unit: str) -> str:
    if unit == "%":
        return f"{value * 100:+.1f} points"
    if unit == "s" and abs(value) < 0.1:
        return f"{value * 1000:+.1f} ms"
    return f"{value:+.3f} {unit}".rstrip()
