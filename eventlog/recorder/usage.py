"""What the providers of a call consumed, added up per kind, provider and model.

The entries have the form of the report's `usage` key: only counters that are not zero are written.
"""

from __future__ import annotations

from typing import Any

from eventlog.signals import Used


class Usage:
    """Adds up the counters of a call."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str], dict[str, float]] = {}

    def add(self, signal: Used) -> None:
        """Add what one request consumed."""
        sums = self._sums.setdefault((signal.type, signal.provider, signal.model), {})
        for name, amount in signal.counters.items():
            sums[name] = sums.get(name, 0) + amount

    def entries(self) -> list[dict[str, Any]] | None:
        """Return the report's `usage`, None if nothing was used."""
        entries = [
            {"type": kind, "provider": provider, "model": model, **_counted(sums)}
            for (kind, provider, model), sums in self._sums.items()
        ]
        return entries or None


def _counted(sums: dict[str, float]) -> dict[str, float]:
    return {
        name: int(amount) if amount == int(amount) and not name.endswith("duration") else amount
        for name, amount in sums.items()
        if amount
    }
