"""The two lists of a report: events as they are told, items in the order of their time."""

from __future__ import annotations

from bisect import insort
from typing import Any

from eventlog.events import Event, to_dict
from eventlog.items import Item, to_history


class Timeline:
    """Collects what has been told so far and keeps the order that a report promises.

    Signals carry their true times and may arrive a little out of order; `moment` gives the time at
    which something can be told without `created_at` running back.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._items: list[tuple[float, int, Item]] = []
        self._latest = 0.0
        self._told = 0

    def moment(self, at: float) -> float:
        """Return `at`, or the time of the last event if that is later (epoch seconds)."""
        self._latest = max(self._latest, at)
        return self._latest

    def tell(self, event: Event) -> None:
        """Append `event`; its `created_at` must come from `moment`."""
        self.events.append(event)

    def keep(self, item: Item) -> None:
        """Put `item` where its `created_at` belongs in the chat history."""
        insort(self._items, (item.created_at, len(self._items), item), key=lambda entry: entry[:2])

    def untold(self) -> list[Event]:
        """Return the events appended since the last call of this method."""
        fresh = self.events[self._told :]
        self._told = len(self.events)
        return fresh

    @property
    def items(self) -> list[Item]:
        """The chat history in the order of `created_at`."""
        return [item for _, _, item in self._items]

    def events_as_dicts(self) -> list[dict[str, Any]]:
        """Return the events as the report writes them."""
        return [to_dict(event) for event in self.events]

    def history_as_dicts(self) -> list[dict[str, Any]]:
        """Return the chat history as the report writes it."""
        return [to_history(item) for item in self.items]
