"""Quantiles of any number of values in memory that does not grow with them.

Up to `EXACT` values are kept as they are. Beyond, they are counted in buckets whose width is
0.2 % of the value, so that a quantile is off by 0.1 % at most, and `is_exact` says so. numpy does
that counting; for less, its import would take longer than the work.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

EXACT = 100_000
"""So many values are kept before they are counted in buckets; 800 kB."""

# Buckets of asinh(value / _SMALLEST): logarithmic for large values, linear around zero.
_SMALLEST = 1e-4
_WIDTH = 0.002


class Values:
    """The values of one metric."""

    def __init__(self) -> None:
        self.count = 0
        self.maximum = float("-inf")
        self._kept: array[float] = array("d")
        self._buckets: Counter[int] = Counter()

    @property
    def is_exact(self) -> bool:
        """Whether quantiles are those of the values themselves."""
        return not self._buckets

    def extend(self, values: Sequence[float]) -> None:
        """Adds values."""
        if values:
            self.count += len(values)
            self.maximum = max(self.maximum, max(values))
            self._kept.extend(values)
            if len(self._kept) > EXACT:
                self._count_in_buckets()

    def merge(self, other: Values) -> None:
        """Adds the values of another."""
        self._buckets.update(other._buckets)
        self.count += other.count
        self.maximum = max(self.maximum, other.maximum)
        self._kept.extend(other._kept)
        if len(self._kept) > EXACT:
            self._count_in_buckets()

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The quantiles at some shares (0 to 1), between two values in proportion.

        Raises:
            ValueError: there are no values.
        """
        if not self.count:
            raise ValueError("no values have no quantiles")
        if not self._buckets:
            return _between(sorted(self._kept), shares)
        if self._kept:
            self._count_in_buckets()
        import numpy as np

        keys = np.array(sorted(self._buckets))
        reached = np.cumsum([self._buckets[int(key)] for key in keys])
        places = np.searchsorted(reached, np.asarray(shares) * (self.count - 1), side="right")
        middles = np.sinh(keys[places] * _WIDTH) * _SMALLEST
        return [min(float(middle), self.maximum) for middle in middles]

    def _count_in_buckets(self) -> None:
        import numpy as np

        scaled = np.arcsinh(np.frombuffer(self._kept) / _SMALLEST)
        keys, counts = np.unique(np.rint(scaled / _WIDTH).astype(np.int64), return_counts=True)
        self._add(zip(keys.tolist(), counts.tolist(), strict=True))
        self._kept = array("d")

    def _add(self, counted: Iterable[tuple[int, int]]) -> None:
        for key, count in counted:
            self._buckets[key] += count


def _between(ordered: list[float], shares: Sequence[float]) -> list[float]:
    found: list[float] = []
    for share in shares:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        found.append(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
    return found
