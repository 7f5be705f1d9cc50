"""By what calls are put beside each other: the labels of a call under `--by`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from eventlog.jsonvalue import as_text
from eventlog.stats.record import Record

UNKNOWN = "-"
"""The label of calls that do not say."""


class By(StrEnum):
    """What `--by` takes."""

    PROVIDER = "provider"
    CONFIG = "config"
    MODEL = "model"
    DAY = "day"
    AGENT = "agent"
    TAG = "tag"


class _Handoff(msgspec.Struct, gc=False):
    type: str = ""
    new_agent_id: str | None = None


class _History(msgspec.Struct):
    items: list[_Handoff] = []


def labels(record: Record, by: By | None) -> list[str]:
    """The groups that a call belongs to: one, but for the tags, of which a call has any number."""
    return ["all"] if by is None else _LABELS[by](record)


def _providers(record: Record) -> list[str]:
    return _slots(record, lambda provider, _: provider)


def _models(record: Record) -> list[str]:
    return _slots(record, lambda _, model: model)


def _slots(record: Record, shown: Callable[[str, str], str]) -> list[str]:
    """One label of all slots, with every provider that served one: `llm=openai>groq stt=…`."""
    slots: dict[str, list[str]] = {}
    for slot, provider, model in _serving(record):
        name = shown(provider, model)
        served = slots.setdefault(slot, [])
        if name and name not in served:
            served.append(name)
    told = [f"{slot}={'>'.join(served)}" for slot, served in sorted(slots.items()) if served]
    return [" ".join(told) or UNKNOWN]


def _serving(record: Record) -> list[tuple[str, str, str]]:
    """Slot, provider and model of all who served a call, the configured ones first."""
    ours = record.parley
    if ours is not None and ours.providers:
        first = [(slot, by.provider, by.model or "") for slot, by in ours.providers.items()]
        return first + [(switch.slot, switch.provider, "") for switch in ours.switches]
    used: list[tuple[str, str, str]] = []
    for entry in record.usage or []:
        kind, provider, model = (as_text(entry.get(k)) for k in ("type", "provider", "model"))
        used.append(((kind or "?").removesuffix("_usage"), provider or "", model or ""))
    return used


def _config(record: Record) -> list[str]:
    config = record.parley and record.parley.config
    return [(config and config.name) or UNKNOWN]


def _day(record: Record) -> list[str]:
    try:
        return [f"{datetime.fromtimestamp(record.began_at or 0, UTC):%Y-%m-%d}"]
    except (ValueError, OverflowError, OSError):
        return [UNKNOWN]


def _agent(record: Record) -> list[str]:
    """The agent's name, which LiveKit 1.3 does not tell: there, the first that a call had."""
    if record.agent_name:
        return [record.agent_name]
    try:
        history = msgspec.json.decode(record.chat_history, type=_History)
    except msgspec.MsgspecError:
        return [UNKNOWN]
    agents = (item.new_agent_id for item in history.items if item.type == "agent_handoff")
    return [next((agent for agent in agents if agent), UNKNOWN)]


def _tags(record: Record) -> list[str]:
    return sorted(set(record.tags or [])) or [UNKNOWN]


_LABELS: dict[By, Callable[[Record], list[str]]] = {
    By.PROVIDER: _providers,
    By.CONFIG: _config,
    By.MODEL: _models,
    By.DAY: _day,
    By.AGENT: _agent,
    By.TAG: _tags,
}
