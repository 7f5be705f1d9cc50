"""The lanes of a call while it goes on: what each event adds to them or changes.

Every mark is made by the functions that draw the call when it is over, from the few events on
which it depends (`eventlog.recent`), so the two pictures cannot come to differ. What has no end yet
is open: it ends with the event that ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventlog.reader import Origin
from eventlog.recent import Recent
from eventlog.timeline.lanes import Mark, lanes
from eventlog.timeline.span import Span
from eventlog.timeline.waits import waits
from eventlog.view import CLOSE, View

_CONTINUED = frozenset({"user", "agent", "interim", "final"})
"""Lanes in which a mark may end with a later event; in the others it is whole at once."""
_FAR = 1e6
"""Seconds: the end of a call of which nothing says when it will be."""
_TURNS_READ = 4
"""One signal may end several answers, so the last turn is not always that of an event."""
_WAIT = ("a", "e2e", "parts", "asked", "by")

Turns = Callable[[], list[dict[str, Any]]]


class LiveLanes:
    """Tells what each event of a call changes in its picture.

    Args:
        turns: The entries of `parley.turns` so far.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._recent = Recent()
        self._begin: float | None = None
        self._told: dict[str, dict[str, Mark]] = {}

    @property
    def begin(self) -> float | None:
        """When the call began, epoch seconds; None before its first event."""
        return self._begin

    def take(self, event: dict[str, Any]) -> dict[str, Any]:
        """Take the next event of the call, in the report's shape.

        Returns:
            `lanes`: every lane with `id`, `name` and the `marks` that are new or have changed; each
            has an `id` that is its own in its lane, and its end `b` is None while it is open.
            `waits`: what an answer waited for, with the parts of its latency, if the event is one.
            `over`: whether the call has ended, so that nothing is open any more.
        """
        at: float = event["created_at"]
        self._begin = at if self._begin is None else self._begin
        self._recent.take(event)
        kept = self._recent.with_newest()
        over = event["type"] == CLOSE
        span = Span(self._begin, at if over else at + _FAR)
        report = {
            "events": [event for _, event in kept],
            "parley": {"turns": self._turns()[-_TURNS_READ:]},
        }
        view = View.of(report, Origin.PARLEY)
        numbers = [number for number, _ in kept]
        places = {index: index for index in range(len(numbers))}
        return {
            "lanes": [
                lane | {"marks": self._changed(lane["id"], lane["marks"], numbers)}
                for lane in lanes(view, span, places)
            ],
            "waits": [
                {key: wait[key] for key in _WAIT}
                for wait in waits(view, span, places)
                if wait["line"] == len(numbers) - 1
            ],
            "over": over,
        }

    def _changed(self, lane: str, marks: list[Mark], numbers: list[int]) -> list[Mark]:
        """The marks of a lane that have not been told as they are now."""
        of_event: dict[int, list[Mark]] = {}
        for mark in marks:
            of_event.setdefault(mark.pop("line"), []).append(mark)
        newest = len(numbers) - 1
        if lane in _CONTINUED:
            # What is older is kept for another lane, and something may be missing behind it. Nor
            # was there another state before the first that is kept, unless that is the newest.
            of_event = {
                place: several if place == newest else several[-1:]
                for place, several in sorted(of_event.items())[-2:]
            }
        else:
            of_event = {newest: of_event.get(newest, [])}
        told = {
            f"{numbers[place]}.{count}": mark | {"b": None if mark["b"] >= _FAR else mark["b"]}
            for place, several in of_event.items()
            for count, mark in enumerate(reversed(several))
        }
        before, self._told[lane] = self._told.get(lane, {}), told
        return [{"id": key, **mark} for key, mark in told.items() if before.get(key) != mark]
