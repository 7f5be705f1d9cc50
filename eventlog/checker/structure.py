"""Rules on structure (K…): the right keys, holding values of the right kind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from eventlog.checker import fields, shapes
from eventlog.checker.against_shape import Place, wrong_keys, wrong_order, wrong_values
from eventlog.checker.rules import OURS, Fault, rule
from eventlog.checker.shapes import Shape
from eventlog.jsonvalue import as_list, as_object, as_text
from eventlog.reader import Origin
from eventlog.view import CLOSE, ERROR, ITEM_ADDED, TOOLS, View


@rule("K01", "The report has the top-level keys of its line, and no others.")
def report_keys(view: View) -> Iterator[Fault]:
    """Also: the history is an object with the one key `items`."""
    yield from wrong_keys(
        view.report, shapes.report_shape(view.origin), view.origin, Place("the report")
    )
    if (history := as_object(view.report.get("chat_history"))) is not None and (
        set(history) != {"items"} or as_list(history["items"]) is None
    ):
        yield Fault("`chat_history` is not an object with one list, `items`")


@rule("K02", "The top-level values are of the right kind.")
def report_values(view: View) -> Iterator[Fault]:
    """The inside of events, history, options and `parley` has rules of its own."""
    yield from wrong_values(view.report, shapes.report_shape(view.origin), Place("the report"))
    if (errors := as_object(view.report.get("errors"))) is not None:
        yield from wrong_keys(errors, shapes.ERROR_COUNTS, view.origin, Place("`errors`"))
        yield from wrong_values(errors, shapes.ERROR_COUNTS, Place("`errors`"))


@rule("K03", "Each event is an object with a type.")
def readable_events(view: View) -> Iterator[Fault]:
    """An event without a type cannot be judged by any other rule."""
    for index, raw in enumerate(view.raw_events):
        event = as_object(raw)
        if event is None:
            yield Fault("not an object", index)
        elif as_text(event.get("type")) is None:
            yield Fault("no `type`", index)


@rule("K04", "Each event is of a type that its line has.")
def known_event_types(view: View) -> Iterator[Fault]:
    """`metrics_collected` is known too: it has a rule of its own."""
    for index, kind, _ in _typed_events(view):
        if kind != "metrics_collected" and shapes.event_shape(kind, view.origin) is None:
            yield Fault(f"unknown type {kind[:60]!r}", index)


@rule("K05", "Each event has the keys of its type, nulls included, and no others.")
def event_keys(view: View) -> Iterator[Fault]:
    """Also the failure inside an `error` event, and inside a close for an error."""
    for index, event, shape in _shaped_events(view):
        yield from wrong_keys(event, shape, view.origin, Place(index=index))
    for index, failure in _failures(view):
        yield from wrong_keys(failure, shapes.FAILURE, view.origin, Place("`error`", index))


@rule("K06", "Each value of an event is of the right kind.")
def event_values(view: View) -> Iterator[Fault]:
    """Also the failure inside an `error` event, and inside a close for an error."""
    for index, event, shape in _shaped_events(view):
        yield from wrong_values(event, shape, Place(index=index))
    for index, failure in _failures(view):
        yield from wrong_values(failure, shapes.FAILURE, Place("`error`", index))


@rule("K07", "An item inside an event has all keys of its type, nulls included, and no others.")
def event_item_keys(view: View) -> Iterator[Fault]:
    """Which items may stand where is part of this; a tool's output may be null, a call may not."""
    newer = view.origin is Origin.LIVEKIT_NEWER
    for index, event, _ in _shaped_events(view):
        if event["type"] == ITEM_ADDED:
            allowed = ("message", "agent_handoff") if newer else ("message",)
            yield from _event_item(event.get("item"), allowed, view, index)
        elif event["type"] == TOOLS:
            for call in as_list(event.get("function_calls")) or []:
                yield from _event_item(call, ("function_call",), view, index)
            for output in as_list(event.get("function_call_outputs")) or []:
                if output is not None or newer:
                    yield from _event_item(output, ("function_call_output",), view, index)


@rule("K08", "An item of the history has the keys of its type without the null ones.")
def history_item_keys(view: View) -> Iterator[Fault]:
    """Nulls inside `extra` may stay."""
    for position, raw in enumerate(view.raw_history):
        where = f"history item {position}"
        item = as_object(raw) or {}
        kind = as_text(item.get("type")) or ""
        shape = shapes.item_shape(kind, view.origin)
        if shape is None:
            yield Fault(f"{where} is not a chat item of a known type", item=_id(item))
            continue
        dropped = {
            key: fields.optional(field) if field.fits(None) else field
            for key, field in shape.items()
            if field is not fields.NULL
        }
        yield from wrong_keys(item, dropped, view.origin, Place(where, item=_id(item)))
        for key, value in _with_metrics(item):
            if value is None and key in shape | shapes.USER_METRICS | shapes.ASSISTANT_METRICS:
                yield Fault(f"{where}: `{key}` is null instead of absent", item=_id(item))


@rule("K09", "Each value of an item is of the right kind.")
def item_values(view: View) -> Iterator[Fault]:
    """In events and in the history; a metric is a number, or absent."""
    for index, item in view.event_items():
        yield from _item_values(item, view.origin, index)
    for item in view.history:
        present = {key: value for key, value in item.items() if value is not None}
        yield from _item_values(present, view.origin, None)


@rule("K10", "The options are those of the line, each of the right kind.")
def options(view: View) -> Iterator[Fault]:
    """`preemptive_generation` became an object in the newer line.

    Of a bot that our recorder was only attached to, an option that cannot be known is null.
    """
    found = as_object(view.report.get("options"))
    if found is None:
        return
    yield from wrong_keys(found, shapes.OPTIONS, view.origin, Place("`options`"))
    known = {key: value for key, value in found.items() if value is not None}
    yield from wrong_values(
        known if view.is_attached else found, shapes.OPTIONS, Place("`options`")
    )
    preemptive = as_object(found.get("preemptive_generation"))
    if preemptive is not None and view.origin is not Origin.LIVEKIT_NEWER:
        yield Fault("`options`: `preemptive_generation` is an object, which is the newer line's")


@rule("K11", "Every number is finite: JSON has no NaN and no infinity.")
def finite_numbers(view: View) -> Iterator[Fault]:
    """Anywhere in the report; the message gives the path."""
    open_values: list[tuple[str, int | None, object]] = [("", None, view.report)]
    while open_values:
        path, event, value = open_values.pop()
        if isinstance(value, float) and not math.isfinite(value):
            yield Fault(f"`{path}` is {value}", event)
        elif (members := as_object(value)) is not None:
            open_values += [(f"{path}.{key[:60]}"[-200:], event, v) for key, v in members.items()]
        elif (elements := as_list(value)) is not None:
            events = elements is view.raw_events
            open_values += [
                (f"{path}.{position}", position if events else event, element)
                for position, element in enumerate(elements)
            ]


@rule(
    "K12",
    "Keys stand in the order of the dump.",
    origins=OURS,
    why="LiveKit's order is its own business; ours is a promise that tools which compare text use",
)
def key_order(view: View) -> Iterator[Fault]:
    """At the top level, in options, events, and the items of events and history."""
    yield from wrong_order(view.report, shapes.report_shape(view.origin), Place("the report"))
    yield from wrong_order(
        as_object(view.report.get("options")) or {}, shapes.OPTIONS, Place("`options`")
    )
    for index, event, shape in _shaped_events(view):
        yield from wrong_order(event, shape, Place(index=index))
    placed = [*view.event_items(), *((None, item) for item in view.history)]
    for index, item in placed:
        shape = shapes.item_shape(as_text(item.get("type")) or "", view.origin) or {}
        yield from wrong_order(item, shape, Place("item", index, _id(item)))


def _typed_events(view: View) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for index, raw in enumerate(view.raw_events):
        event = as_object(raw) or {}
        if (kind := as_text(event.get("type"))) is not None:
            yield index, kind, event


def _shaped_events(view: View) -> Iterator[tuple[int, dict[str, Any], Shape]]:
    for index, kind, event in _typed_events(view):
        if (shape := shapes.event_shape(kind, view.origin)) is not None:
            yield index, event, shape


def _failures(view: View) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, kind, event in _typed_events(view):
        if kind in (ERROR, CLOSE) and (failure := as_object(event.get("error"))) is not None:
            yield index, failure


def _event_item(value: object, allowed: tuple[str, ...], view: View, index: int) -> Iterator[Fault]:
    item = as_object(value) or {}
    kind = as_text(item.get("type")) or ""
    shape = shapes.item_shape(kind, view.origin)
    if shape is None or kind not in allowed:
        yield Fault(f"the item is of type {kind[:60]!r}, not {' or '.join(allowed)}", index)
        return
    yield from wrong_keys(item, shape, view.origin, Place("item", index, _id(item)))


def _item_values(item: dict[str, Any], origin: Origin, index: int | None) -> Iterator[Fault]:
    kind = as_text(item.get("type")) or ""
    yield from wrong_values(
        item, shapes.item_shape(kind, origin) or {}, Place("item", index, _id(item))
    )
    if kind != "message":
        return
    role = as_text(item.get("role")) or ""
    metrics = as_object(item.get("metrics")) or {}
    present = {key: value for key, value in metrics.items() if value is not None}
    yield from wrong_values(
        present, shapes.metrics_shape(role, origin), Place("metrics", index, _id(item))
    )
    for key, value in metrics.items():
        if value is None and index is not None:
            yield Fault(f"metrics: `{key}` is null instead of absent", index, _id(item))
    for part in as_list(item.get("content")) or []:
        if not isinstance(part, str) and (origin is Origin.PARLEY or as_object(part) is None):
            yield Fault("a part of `content` is no text", index, _id(item))


def _with_metrics(item: dict[str, Any]) -> Iterator[tuple[str, object]]:
    yield from item.items()
    yield from (as_object(item.get("metrics")) or {}).items()


def _id(item: dict[str, Any]) -> str | None:
    return as_text(item.get("id"))
