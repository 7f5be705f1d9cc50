"""The few events of a call with which its next one is read.

What an event says can depend on others: a reply on the turn that it answers, a transcript on the
one that it replaces, a state on the one that it ends. Whoever watches a call live would read it
ever more slowly if each event were read with all those before it. But it is always the last event
of some kind that matters, so those alone are kept, and a reading of them says the same.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from eventlog.jsonvalue import as_object, as_text
from eventlog.view import (
    AGENT_STATE,
    FALSE_INTERRUPTION,
    ITEM_ADDED,
    TRANSCRIBED,
    USER_STATE,
)

_ASKED = "asked"
# The newest event and the one of its kind before it; of messages of the user some more, since one
# may be told before the reply to another.
_KEPT = 2
_ASKED_KEPT = 4


class Recent:
    """Keeps those events, each with its number in the call."""

    def __init__(self) -> None:
        self._number = 0
        self._newest: tuple[int, dict[str, Any]] | None = None
        self._kept: dict[str, deque[tuple[int, dict[str, Any]]]] = {}

    def take(self, event: dict[str, Any]) -> None:
        """Take the next event of the call, in the report's shape."""
        self._newest = (self._number, event)
        self._number += 1
        for kind in _kinds(event):
            most = _ASKED_KEPT if kind == _ASKED else _KEPT
            self._kept.setdefault(kind, deque(maxlen=most)).append(self._newest)

    def with_newest(self) -> list[tuple[int, dict[str, Any]]]:
        """The kept events and, at the end, the newest one, in the order of the call."""
        found = {number: event for few in self._kept.values() for number, event in few}
        if self._newest is not None:
            found[self._newest[0]] = self._newest[1]
        return sorted(found.items())


def _kinds(event: dict[str, Any]) -> list[str]:
    """The kinds of which an event is the last for now."""
    kind = as_text(event.get("type")) or ""
    if kind == AGENT_STATE:
        silenced = event.get("new_state") == "listening"
        return [kind, "silenced"] if silenced else [kind]
    if kind == TRANSCRIBED:
        return [kind, "final"] if event.get("is_final") is True else [kind]
    if kind == ITEM_ADDED:
        item = as_object(event.get("item")) or {}
        return [_ASKED] if item.get("role") == "user" else []
    return [kind] if kind in (USER_STATE, FALSE_INTERRUPTION) else []
