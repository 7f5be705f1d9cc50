"""The events of a call that goes on as lines, each as the whole report will have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from eventlog.moments import Moment, told
from eventlog.reader import Origin
from eventlog.recent import Recent
from eventlog.view import View

LONGEST_TOOL = 300
"""Characters shown of a tool's arguments and output; a log that is watched has to keep moving."""


class Telling:
    """Turns events into moments one after the other."""

    def __init__(self) -> None:
        self._recent = Recent()
        self._handoffs_told = 0

    def backlog(
        self, events: list[dict[str, Any]], handoffs: list[dict[str, Any]], last: int
    ) -> list[Moment]:
        """The moments of the `last` of the events that there are before anything is watched."""
        report = {"events": events, "chat_history": {"items": handoffs}}
        found: list[Moment] = []
        before: list[Moment] = []  # handoffs, which come with the event that follows them
        for teller, moment in told(View.of(report, Origin.PARLEY)):
            if teller is None:
                self._handoffs_told += 1
                before.append(moment)
                continue
            if teller.index >= len(events) - last:
                found += [*before, _shortened(moment)]
            before = []
        for event in events:
            self._recent.take(event)
        return found

    def moments(self, event: dict[str, Any], handoffs: list[dict[str, Any]]) -> Iterator[Moment]:
        """The moments of the next event, after those of handoffs that came before it.

        Args:
            event: The next event of the call, none left out.
            handoffs: Those of the call so far; no event tells them.
        """
        self._recent.take(event)
        events = [kept for _, kept in self._recent.with_newest()]
        untold = handoffs[self._handoffs_told :]
        report = {"events": events, "chat_history": {"items": untold}}
        for teller, moment in told(View.of(report, Origin.PARLEY)):
            if teller is None:
                self._handoffs_told += 1
                yield moment
            elif teller.index == len(events) - 1:
                yield _shortened(moment)


def _shortened(moment: Moment) -> Moment:
    if moment.who != "tool" or len(moment.text) <= LONGEST_TOOL:
        return moment
    return replace(moment, text=moment.text[:LONGEST_TOOL] + "\u2026")
