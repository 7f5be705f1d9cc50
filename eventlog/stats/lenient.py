"""The record of a report in which something has another type than the schema gives it.

One odd value must not cost the others: what cannot be read is left out, as the checker's view
leaves it out, and the rest counts.
"""

from __future__ import annotations

from typing import Any

import msgspec

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.stats.record import (
    METRICS,
    Config,
    Event,
    Failure,
    Item,
    Metrics,
    Ours,
    Part,
    Provider,
    Record,
    Switch,
    Turn,
)


def record_of(data: dict[str, Any]) -> Record:
    """The record of a report that the reader accepted, whatever its fields hold."""
    ours = as_object(data.get("parley"))
    return Record(
        job_id=data.get("job_id"),
        events=[_event(event) for event in _objects(data.get("events"))],
        timestamp=as_number(data.get("timestamp")),
        usage=_objects(data.get("usage")) or None,
        agent_name=as_text(data.get("agent_name")),
        tags=[tag for tag in as_list(data.get("tags")) or [] if isinstance(tag, str)],
        parley=None if ours is None else _ours(ours),
        chat_history=_handoffs(as_object(data.get("chat_history")) or {}),
    )


def _objects(value: object) -> list[dict[str, Any]]:
    return [entry for raw in as_list(value) or [] if (entry := as_object(raw)) is not None]


def _event(raw: dict[str, Any]) -> Event:
    item, error = as_object(raw.get("item")), as_object(raw.get("error"))
    return Event(
        type=as_text(raw.get("type")) or "",
        created_at=as_number(raw.get("created_at")),
        new_state=as_text(raw.get("new_state")),
        item=None if item is None else _item(item),
        error=None if error is None else Failure(as_text(error.get("type")) or ""),
        reason=as_text(raw.get("reason")),
    )


def _item(raw: dict[str, Any]) -> Item:
    metrics = as_object(raw.get("metrics")) or {}
    return Item(
        type=as_text(raw.get("type")) or "",
        role=as_text(raw.get("role")) or "",
        interrupted=raw.get("interrupted") is True,
        created_at=as_number(raw.get("created_at")),
        metrics=Metrics(**{name: as_number(metrics.get(name)) for name in METRICS}),
    )


def _ours(raw: dict[str, Any]) -> Ours:
    config = as_object(raw.get("config")) or {}
    providers = as_object(raw.get("providers")) or {}
    return Ours(
        started_at=as_number(raw.get("started_at")),
        config=Config(as_text(config.get("name"))),
        providers={
            slot: Provider(as_text(entry.get("provider")) or "", as_text(entry.get("model")))
            for slot, given in providers.items()
            if (entry := as_object(given)) is not None
        },
        switches=[
            Switch(slot, provider)
            for entry in _objects(raw.get("switches"))
            if (slot := as_text(entry.get("slot"))) and (provider := as_text(entry.get("provider")))
        ],
        turns=[Turn(_parts(entry)) for entry in _objects(raw.get("turns"))],
    )


def _parts(turn: dict[str, Any]) -> list[Part]:
    return [
        Part(name, seconds)
        for entry in _objects(turn.get("parts"))
        if (name := as_text(entry.get("name"))) is not None
        and (seconds := as_number(entry.get("seconds"))) is not None
    ]


def _handoffs(history: dict[str, Any]) -> msgspec.Raw:
    """Only the history's hand-offs: the agent of a call is told by the first of them."""
    items = [
        {"type": "agent_handoff", "new_agent_id": as_text(item.get("new_agent_id"))}
        for item in _objects(history.get("items"))
        if item.get("type") == "agent_handoff"
    ]
    return msgspec.Raw(msgspec.json.encode({"items": items}))
