"""Calls drawn again: what the figures of a set of calls would be, had others of their kind come.

Of a draw only this matters: how often each call came. Sums over the calls drawn are then products
of matrices, and a median needs looking for only near the middle, since what a draw moves it by has
a spread that is known beforehand. Figures that the same number of calls have share their draws.
Nothing of this is an approximation: a draw whose median is elsewhere is looked through as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 2000
SEED = 20260101

_CELLS = 250_000
"""So many numbers of draws are held at once: as many as stay in a processor's cache."""

_DRAWS_AT_ONCE = 100
"""So many draws are held at once at most, since what waits for them wants to see them come."""

_SPREADS = 6.0
"""Standard deviations on either side of the middle within which a median is looked for first."""


class Figure(Protocol):
    """A number that a set of calls has.

    Attributes:
        calls: How many calls have it.
        columns: What is to be summed over the calls that are drawn; a row a call.
    """

    calls: int
    columns: NDArray[Any]

    def drawn(self, times: NDArray[Any], sums: NDArray[Any]) -> NDArray[Any]:
        """The number in each draw.

        Args:
            times: How often each call was drawn; a row a draw.
            sums: The sums of `columns`; a row a draw.
        """
        ...


class MedianOfCalls:
    """The median of all values of the calls.

    Args:
        values: The values.
        calls: Of each value the call that it is from, from 0.
    """

    def __init__(self, values: NDArray[Any], calls: NDArray[Any]) -> None:
        import numpy as np

        order = np.argsort(values, kind="stable")
        self._values, self._calls = values[order], calls[order]
        number = np.bincount(calls)
        self.calls = len(number)
        # A call moves the middle by what it has below, less half of what it has.
        below = np.bincount(self._calls[: len(values) // 2], minlength=self.calls)
        spread = sqrt(float(((below - number / 2) ** 2).sum()))
        reach = int(_SPREADS * spread) + int(number.max()) + 1
        self._begin = max(len(values) // 2 - reach, 0)
        self._end = min(len(values) // 2 + reach, len(values))
        before = np.bincount(self._calls[: self._begin], minlength=self.calls)
        self.columns = np.column_stack((number, before)).astype(np.float64)

    def drawn(self, times: NDArray[Any], sums: NDArray[Any]) -> NDArray[Any]:
        """The median of each draw."""
        import numpy as np

        half, before = sums[:, 0] / 2, sums[:, 1]
        medians, is_inside = np.empty(len(times)), np.empty(len(times), dtype=bool)
        at_once = max(_CELLS // (self._end - self._begin), 1)
        for begun in range(0, len(times), at_once):
            rows = slice(begun, begun + at_once)
            medians[rows], is_inside[rows] = self._looked_for(
                times[rows], half[rows], before[rows], self._begin, self._end
            )
        for row in np.flatnonzero(~is_inside):
            one, none = slice(row, row + 1), np.zeros(1)
            medians[one], _ = self._looked_for(times[one], half[one], none, 0, len(self._values))
        return medians

    def _looked_for(
        self, times: NDArray[Any], half: NDArray[Any], before: NDArray[Any], begin: int, end: int
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """The medians among some of the values, and whether they are there."""
        import numpy as np

        reached = np.cumsum(times[:, self._calls[begin:end]], axis=1)
        reached += before[:, None]
        is_inside = (before < half) & (reached[:, -1] > half)
        low = begin + (reached < half[:, None]).sum(axis=1)
        high = begin + (reached <= half[:, None]).sum(axis=1)
        last = len(self._values) - 1
        middle = self._values[np.minimum(low, last)] + self._values[np.minimum(high, last)]
        return middle / 2, is_inside


class RateOfCalls:
    """How much a part is of a whole, both counted by call."""

    def __init__(self, parts: NDArray[Any], wholes: NDArray[Any]) -> None:
        import numpy as np

        self.calls = len(wholes)
        self.columns = np.column_stack((parts, wholes)).astype(np.float64)

    def drawn(self, times: NDArray[Any], sums: NDArray[Any]) -> NDArray[Any]:
        """The rate of each draw."""
        return sums[:, 0] / sums[:, 1]


def draw_again(
    figures: Sequence[Figure], side: int, tell: Callable[[float], None]
) -> list[NDArray[Any]]:
    """Each figure in each of the draws.

    Args:
        figures: The figures of one side.
        side: Which side; the same draws come of it every time.
        tell: Told how much of the work is done, from 0 to 1.
    """
    import numpy as np

    found: list[NDArray[Any]] = [np.empty(DRAWS) for _ in figures]
    sizes = sorted({figure.calls for figure in figures})
    for number, size in enumerate(sizes):
        places = [place for place, figure in enumerate(figures) if figure.calls == size]
        columns = np.concatenate([figures[place].columns for place in places], axis=1)
        for begun, times in _draws(size, side):
            sums = times @ columns
            rows = slice(begun, begun + len(times))
            for column, place in enumerate(places):
                mine = sums[:, 2 * column : 2 * column + 2]
                found[place][rows] = figures[place].drawn(times, mine)
            tell((number + rows.stop / DRAWS) / len(sizes))
    return found


def drawn_of_nothing(calls: int, side: int) -> NDArray[Any]:
    """Rates of what never was in so many calls.

    Drawn again, nothing stays nothing; but what never was in n calls may be in one of n/3.
    """
    import numpy as np

    return np.random.default_rng([SEED, side]).beta(1, calls + 1, DRAWS)


def _draws(calls: int, side: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """How often each call was drawn, a row a draw, some draws at a time.

    `multinomial` does the same in more time.
    """
    import numpy as np

    draw = np.random.default_rng([SEED, side])
    at_once = min(max(_CELLS // calls, 1), _DRAWS_AT_ONCE)
    for begun in range(0, DRAWS, at_once):
        rows = min(at_once, DRAWS - begun)
        drawn = draw.integers(0, calls, (rows, calls)) + np.arange(0, rows * calls, calls)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * calls).reshape(rows, calls)
        yield begun, times.astype(np.float64)
