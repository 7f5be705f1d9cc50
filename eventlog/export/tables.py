"""The rows of the tables that many calls become: their columns, and what of a report fills them.

The columns are a promise to queries that others have written. Adding one leaves them right;
whatever else changes a column raises `TABLES_SCHEMA`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from eventlog.export.exchanges import Exchange, exchanges
from eventlog.export.output import utf8
from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.reader import LoggedReport
from eventlog.stats.call import numbers_of
from eventlog.stats.lenient import record_of
from eventlog.stats.record import METRICS, USER_METRICS, Record
from eventlog.timeline.span import Span
from eventlog.view import TOOLS, Event, Message, View, text_of

TABLES_SCHEMA = 1
"""Version of the tables; each row of `calls` has it, and each file in its metadata."""

Row = dict[str, Any]

TEXT, NUMBER, COUNT, MOMENT, FLAG = "VARCHAR", "DOUBLE", "INTEGER", "TIMESTAMPTZ", "BOOLEAN"

SLOTS = ("stt", "llm", "tts", "realtime")
PARTS = ("transcription", "endpointing", "hook", "scheduling", "llm", "tools", "tts", "playback")
"""The parts of a latency that have a column; what else there is adds up in `part_other`."""

_TALK = ("user_talk", "agent_talk", "both_talk", "silence")
_COUNTS = ("user_turns", "replies", "interrupted", "false_interruptions", "unanswered", "errors")

_CALL = {"job_id": TEXT, "call_started_at": MOMENT}

TABLES: dict[str, dict[str, str]] = {
    "calls": {
        **_CALL,
        "tables_schema": COUNT,
        "origin": TEXT,
        "source": TEXT,
        "room_id": TEXT,
        "room": TEXT,
        "agent_name": TEXT,
        "config": TEXT,
        "call_ended_at": MOMENT,
        "duration": NUMBER,
        **{f"{name}_seconds": NUMBER for name in _TALK},
        **dict.fromkeys(_COUNTS, COUNT),
        "tool_calls": COUNT,
        "close_reason": TEXT,
        "recovered": FLAG,
        **{f"{slot}_{what}": TEXT for slot in SLOTS for what in ("provider", "model")},
        "tags": "VARCHAR[]",
        "metadata": TEXT,
        "options": TEXT,
        "usage": TEXT,
    },
    "turns": {
        **_CALL,
        "turn": COUNT,
        "agent": TEXT,
        "user_item": TEXT,
        "user_text": TEXT,
        "user_created_at": MOMENT,
        "user_started_at": MOMENT,
        "user_stopped_at": MOMENT,
        "transcript_confidence": NUMBER,
        **dict.fromkeys(METRICS[:USER_METRICS], NUMBER),
        "reply_item": TEXT,
        "reply_text": TEXT,
        "reply_interrupted": FLAG,
        "reply_created_at": MOMENT,
        "reply_started_at": MOMENT,
        "reply_stopped_at": MOMENT,
        **dict.fromkeys(METRICS[USER_METRICS:], NUMBER),
        **{f"part_{name}": NUMBER for name in (*PARTS, "other")},
        **{f"{slot}_provider": TEXT for slot in SLOTS},
    },
    "events": {
        **_CALL,
        "event": COUNT,
        "type": TEXT,
        "created_at": MOMENT,
        "offset_seconds": NUMBER,
        "old_state": TEXT,
        "new_state": TEXT,
        "role": TEXT,
        "item_id": TEXT,
        "is_final": FLAG,
        "text": TEXT,
        "payload": TEXT,
    },
}
"""The columns of each table and their types. Moments are microseconds of the epoch in a row."""

_LATEST = 253_402_300_799.0  # the last second of the year 9999, beyond which SQL has no time


def rows_of(report: LoggedReport, view: View) -> Iterator[tuple[str, Row]]:
    """All rows of a call, each with its table; `day` is that of the call's begin (UTC)."""
    span = Span.of(view)
    record = record_of(report.data)
    began = record.began_at
    call: Row = {
        "job_id": _text(report.data.get("job_id")),
        "call_started_at": _moment(began),
        "day": _day(began),
    }
    found = exchanges(view, span)
    yield "calls", call | _call(report, view, span, record)
    for number, exchange in enumerate(found):
        yield "turns", call | {"turn": number} | _turn(exchange)
    for event in view.events:
        yield "events", call | _event(event, began)


def _call(report: LoggedReport, view: View, span: Span, record: Record) -> Row:
    numbers = numbers_of(record)
    ours = as_object(report.data.get("parley")) or {}
    reasons = [name for name in numbers.counts if name.startswith("close.")]
    talk = numbers.talk
    calls = (len(as_list(e.data.get("function_calls")) or []) for e in view.of_type(TOOLS))
    return {
        "tables_schema": TABLES_SCHEMA,
        "origin": report.origin.value,
        "source": _text(str(report.source)),
        "room_id": _text(report.data.get("room_id")),
        "room": _text(report.data.get("room")),
        "agent_name": _text(report.data.get("agent_name")),
        "config": _text((as_object(ours.get("config")) or {}).get("name")),
        "call_ended_at": _moment(span.end if view.events else None),
        "duration": talk.call,
        "user_talk_seconds": talk.user,
        "agent_talk_seconds": talk.agent,
        "both_talk_seconds": talk.both,
        "silence_seconds": talk.nobody,
        **{name: numbers.counts[name] for name in _COUNTS},
        "tool_calls": sum(calls),
        "close_reason": reasons[0].removeprefix("close.") if reasons else None,
        "recovered": ours.get("recovered") is True,
        **_providers(ours, record.usage or []),
        "tags": [_text(tag) for tag in record.tags or []],
        "metadata": _json(ours.get("metadata")),
        "options": _json(report.data.get("options")),
        "usage": _json(report.data.get("usage")),
    }


def _providers(ours: dict[str, Any], usage: list[dict[str, Any]]) -> Row:
    """Who served each slot: as configured, else (in LiveKit's newer line) as it was used."""
    told = as_object(ours.get("providers")) or {}
    used = {(as_text(entry.get("type")) or "").removesuffix("_usage"): entry for entry in usage}
    row: Row = {}
    for slot in SLOTS:
        served = as_object(told.get(slot)) or ({} if told else used.get(slot, {}))
        row[f"{slot}_provider"] = _text(served.get("provider"))
        row[f"{slot}_model"] = _text(served.get("model"))
    return row


def _turn(exchange: Exchange) -> Row:
    row: Row = {"agent": _text(exchange.agent or None)}
    if (user := exchange.user) is not None:
        row |= _said(user, "user", METRICS[:USER_METRICS])
        row["transcript_confidence"] = as_number(user.data.get("transcript_confidence"))
    if (reply := exchange.reply) is not None:
        row |= _said(reply, "reply", METRICS[USER_METRICS:])
        row["reply_interrupted"] = reply.interrupted
    for name, seconds in exchange.parts:
        column = f"part_{name if name in PARTS else 'other'}"
        row[column] = row.get(column, 0.0) + seconds
    return row | {f"{slot}_provider": _text(name) for slot, name in exchange.providers.items()}


def _said(message: Message, side: str, metrics: tuple[str, ...]) -> Row:
    return {
        f"{side}_item": _text(message.id),
        f"{side}_text": _text(message.text),
        f"{side}_created_at": _moment(message.created_at),
        f"{side}_started_at": _moment(message.started),
        f"{side}_stopped_at": _moment(message.stopped),
        **{name: message.metrics.get(name) for name in metrics},
    }


def _event(event: Event, began: float | None) -> Row:
    item = as_object(event.data.get("item")) or {}
    final = event.data.get("is_final")
    text = as_text(event.data.get("transcript"))
    return {
        "event": event.index,
        "type": _text(event.type),
        "created_at": _moment(event.at),
        "offset_seconds": None if began is None else event.at - began,
        "old_state": _text(event.data.get("old_state")),
        "new_state": _text(event.data.get("new_state")),
        "role": _text(item.get("role")),
        "item_id": _text(item.get("id")),
        "is_final": final if isinstance(final, bool) else None,
        "text": _text(text_of(item) if item.get("type") == "message" else text),
        "payload": _json(event.data),
    }


def _moment(at: float | None) -> int | None:
    return None if at is None or not 0 <= at <= _LATEST else round(at * 1e6)


def _day(at: float | None) -> str | None:
    if at is None or not 0 <= at <= _LATEST:
        return None
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _text(value: object) -> str | None:
    """A text, or what stands in the place of one as JSON."""
    if value is None:
        return None
    return utf8(value) if isinstance(value, str) else _json(value)


def _json(value: object) -> str | None:
    """A value as JSON text, all of it ASCII; what JSON cannot say (NaN, infinities) is null."""
    if value is None:
        return None
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_sayable(value))


def _sayable(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if (members := as_object(value)) is not None:
        return {key: _sayable(member) for key, member in members.items()}
    if (elements := as_list(value)) is not None:
        return [_sayable(element) for element in elements]
    return value
