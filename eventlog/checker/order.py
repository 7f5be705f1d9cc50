"""Rules on the order of events, and on how a call begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eventlog.checker.rules import DUMP_LINE, NEWER, Fault, rule
from eventlog.jsonvalue import as_number, as_object
from eventlog.reader import Origin
from eventlog.view import AGENT_STATE, CLOSE, ITEM_ADDED, USER_STATE, Event, View


@rule(
    "I01",
    "The times of events never run back.",
    origins=DUMP_LINE,
    why="the newer line back-dates changes of the user's state to the VAD's times, see I02",
)
def times_in_order(view: View) -> Iterator[Fault]:
    """`created_at` of each event against that of the event before it."""
    yield from _running_back(view.events)


@rule(
    "I02",
    "The times of events never run back, changes of the user's state aside.",
    origins=NEWER,
    why="for the other lines I01 says it of all events",
)
def times_in_order_but_user(view: View) -> Iterator[Fault]:
    """As I01, without `user_state_changed`."""
    yield from _running_back([event for event in view.events if event.type != USER_STATE])


@rule("I05", "Nothing but a greeting is announced before the agent first listens.")
def begins_with_the_agent(view: View) -> Iterator[Fault]:
    """A failure and the close may come before it too, and in the newer line the first handoff."""
    first = next((event for event in view.events if event.type == AGENT_STATE), None)
    if first is None:
        return
    allowed = {"speech_created", "error", CLOSE, "metrics_collected"}
    newer = view.origin is Origin.LIVEKIT_NEWER
    if newer:
        allowed.add("session_usage_updated")
    for event in view.events:
        if event is first:
            return
        item = as_object(event.data.get("item")) or {}
        handoff = event.type == ITEM_ADDED and item.get("type") == "agent_handoff"
        if event.type not in allowed and not (newer and handoff):
            yield Fault(f"{event.type[:60]} before the agent's first state", event.index)


@rule("I06", "There is one close, and it is the last event.")
def one_close_at_the_end(view: View) -> Iterator[Fault]:
    """A report without one is of a call that never ended, or that nobody saw end."""
    closes = view.of_type(CLOSE)
    if not closes:
        yield Fault("no close event")
    for close in closes:
        if close is not view.events[-1]:
            yield Fault("an event follows the close", close.index)


@rule("I07", "The report was written after its last event.")
def written_after_the_end(view: View) -> Iterator[Fault]:
    """`timestamp` against the latest `created_at`."""
    written = as_number(view.report.get("timestamp"))
    latest = max((event.at for event in view.events), default=None)
    if written is not None and latest is not None and written < latest:
        yield Fault(f"`timestamp` is {latest - written:.6f} s before the latest event")


@rule("I08", "Metrics are in items, not in `metrics_collected` events.")
def no_metrics_events(view: View) -> Iterator[Fault]:
    """LiveKit filters them out of its reports."""
    for event in view.of_type("metrics_collected"):
        yield Fault("metrics_collected does not belong in a report", event.index)


def _running_back(events: Iterable[Event]) -> Iterator[Fault]:
    latest: Event | None = None
    for event in events:
        if latest is not None and event.at < latest.at:
            back = latest.at - event.at
            yield Fault(f"{back:.6f} s before the event {latest.index}", event.index)
        latest = event
