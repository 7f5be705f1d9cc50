"""Statistics of a few measurements, honest about how few they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def median_interval(values: Sequence[float], *, seed: int = 7) -> tuple[float, float, float]:
    """Median and its 95 % bootstrap interval (2,000 resamples)."""
    sample = np.asarray(values)
    resampled = np.random.default_rng(seed).choice(sample, (2000, len(sample)))
    low, high = np.percentile(np.median(resampled, axis=1), [2.5, 97.5])
    return float(np.median(sample)), float(low), float(high)


def line(name: str, values: Sequence[float], unit: str, bar: str) -> str:
    """One line of the results table."""
    median, low, high = median_interval(values)
    return (
        f"{name:<44} median {median:.3f} {unit} "
        f"[{low:.3f}, {high:.3f}]  n={len(values)}  bar: {bar}"
    )
