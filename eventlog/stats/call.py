"""One call as numbers: what of it adds up, and what of it is spread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import inf
from operator import attrgetter

from eventlog.stats.rates import ERROR_SOURCES, Said, unanswered
from eventlog.stats.record import METRICS, USER_METRICS, Event, Item, Record
from eventlog.stats.talk_time import Change, TalkTime, talk_time

# As in `eventlog.view`, whose import costs more than a thousand reports do.
AGENT_STATE = "agent_state_changed"
USER_STATE = "user_state_changed"
ITEM_ADDED = "conversation_item_added"
FALSE_INTERRUPTION = "agent_false_interruption"
ERROR = "error"
CLOSE = "close"

_UNCOUNTED = frozenset({"user_input_transcribed", "speech_created", "session_usage_updated"})
"""Frequent events that nothing is counted of."""

PART = "turn."
"""What the names of the parts of a turn's latency begin with, beside the other metrics."""

CALL_SECONDS = "call_duration"

_METRICS = {"user": METRICS[:USER_METRICS], "assistant": METRICS[USER_METRICS:]}
_GET = {role: attrgetter(*names) for role, names in _METRICS.items()}


@dataclass(slots=True)
class CallNumbers:
    """The numbers of one call: values by metric (seconds), counts by name, talk time."""

    values: dict[str, list[float]]
    counts: Counter[str]
    talk: TalkTime


def numbers_of(record: Record) -> CallNumbers:
    """The numbers of a call."""
    call = CallNumbers({}, Counter(), TalkTime())
    changes: list[Change] = []
    messages: list[Said] = []
    first, last = inf, -inf
    for event in record.events:
        at = event.created_at
        if at is None:
            continue
        if at < first:
            first = at
        if at > last:
            last = at
        kind = event.type
        if kind in _UNCOUNTED:
            continue
        if kind == AGENT_STATE:
            changes.append((at, False, event.new_state == "speaking"))
        elif kind == USER_STATE:
            changes.append((at, True, event.new_state == "speaking"))
        elif kind == ITEM_ADDED:
            _add_item(event.item, at, call, messages)
        else:
            _count(event, call.counts)
    _add_close(record.events, messages, call.counts)
    if last >= first:
        call.talk = talk_time(changes, first, last)
        call.values[CALL_SECONDS] = [call.talk.call]
    _add_parts(record, call.values)
    return call


def _count(event: Event, counts: Counter[str]) -> None:
    if event.type == ERROR:
        failure = event.error.type if event.error is not None else ""
        counts["errors"] += 1
        counts[f"errors.{ERROR_SOURCES.get(failure, 'other')}"] += 1
    elif event.type == FALSE_INTERRUPTION:
        counts["false_interruptions"] += 1


def _add_close(events: list[Event], messages: list[Said], counts: Counter[str]) -> None:
    counts[f"close.{_close_reason(events)}"] += 1
    pending = _pending_at_close(events)
    by_user = sum(is_user for _, is_user in messages)
    counts["user_turns"] = by_user - pending
    counts["replies"] = len(messages) - by_user
    counts["unanswered"] = unanswered(messages[: len(messages) - pending])


def _add_item(item: Item | None, at: float, call: CallNumbers, messages: list[Said]) -> None:
    if item is None or item.type != "message":
        return
    names = _METRICS.get(item.role)
    if names is None:
        return
    if item.interrupted and item.role == "assistant":
        call.counts["interrupted"] += 1
    messages.append((at if item.created_at is None else item.created_at, item.role == "user"))
    if item.metrics is None:
        return
    values = call.values
    for name, value in zip(names, _GET[item.role](item.metrics), strict=True):
        if value is None:
            continue
        if name in values:
            values[name].append(value)
        else:
            values[name] = [value]


def _add_parts(record: Record, values: dict[str, list[float]]) -> None:
    """The parts of each turn; one that a turn has twice, for its tools, counts as one."""
    for turn in record.parley.turns if record.parley is not None else []:
        sums: dict[str, float] = {}
        for part in turn.parts:
            sums[part.name] = sums.get(part.name, 0.0) + part.seconds
        for name, seconds in sums.items():
            values.setdefault(PART + name, []).append(seconds)


def _close_reason(events: list[Event]) -> str:
    close = next((event for event in reversed(events) if event.type == CLOSE), None)
    return "none" if close is None else close.reason or "unknown"


def _pending_at_close(events: list[Event]) -> int:
    """How many of the user's messages were told only because the call closed over them."""
    count = 0
    closing = False
    for event in reversed(events):
        if event.type == CLOSE:
            closing = True
        elif closing and event.item is not None and event.item.role == "user":
            count += event.created_at is not None
        elif closing:
            break
    return count
