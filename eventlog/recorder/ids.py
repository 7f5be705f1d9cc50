"""Ids of items, the same at every fold.

The report is made by folding the journal, once at the end of a call and perhaps again after a
crash. Both must give the same ids, so they are drawn from a seed that the journal's header keeps.
"""

from __future__ import annotations

import random


class ItemIds:
    """A stream of ids in LiveKit's form, "item_" and twelve hexadecimal digits."""

    def __init__(self, seed: str) -> None:
        # Ids name items of one call; nothing secret hangs on them.
        self._random = random.Random(seed)  # noqa: S311

    def item(self) -> str:
        """Return the next id."""
        return f"item_{self._random.getrandbits(48):012x}"
