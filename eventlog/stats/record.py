"""What statistics need of a report, as typed structs: everything else is skipped undecoded.

Decoding by these is what makes ten thousand reports a matter of seconds. A report whose fields
have other types than these is not lost: `lenient` makes a record of what it has.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Metrics(msgspec.Struct, frozen=True, gc=False):
    """The metrics of a user's or an assistant's message, of both lines (seconds)."""

    transcription_delay: float | None = None
    end_of_turn_delay: float | None = None
    on_user_turn_completed_delay: float | None = None
    llm_node_ttft: float | None = None
    llm_node_ttfs: float | None = None
    llm_node_tps: float | None = None
    tts_node_ttfb: float | None = None
    playback_latency: float | None = None
    e2e_latency: float | None = None


METRICS = Metrics.__struct_fields__
"""The names of the metrics, in the order in which they are shown."""

USER_METRICS = 3
"""So many of them, the first, are those of a user's message."""


class Item(msgspec.Struct, gc=False):
    """An item that an event added."""

    type: str = ""
    role: str = ""
    interrupted: bool = False
    created_at: float | None = None
    metrics: Metrics | None = None


class Failure(msgspec.Struct, gc=False):
    """What an `error` event holds."""

    type: str = ""


class Event(msgspec.Struct, gc=False):
    """An event, of whatever type."""

    type: str = ""
    created_at: float | None = None
    new_state: str | None = None
    item: Item | None = None
    error: Failure | None = None
    reason: str | None = None


class Part(msgspec.Struct, gc=False):
    """One part of a turn's latency (seconds)."""

    name: str
    seconds: float


class Turn(msgspec.Struct):
    """An entry of `parley.turns`."""

    parts: list[Part] = []


class Provider(msgspec.Struct, gc=False):
    """An entry of `parley.providers`."""

    provider: str = ""
    model: str | None = None


class Switch(msgspec.Struct, gc=False):
    """An entry of `parley.switches`."""

    slot: str
    provider: str


class Config(msgspec.Struct, gc=False):
    """The configuration that a call of ours ran from."""

    name: str | None = None


class Ours(msgspec.Struct):
    """The object `parley`."""

    started_at: float | None = None
    config: Config | None = None
    providers: dict[str, Provider] = {}
    switches: list[Switch] = []
    turns: list[Turn] = []


class Record(msgspec.Struct):
    """A report; `job_id` and `events` are what makes it one, so they are required."""

    job_id: Any
    events: list[Event]
    timestamp: float | None = None
    usage: list[dict[str, Any]] | None = None
    agent_name: str | None = None
    tags: list[str] | None = None
    parley: Ours | None = None
    chat_history: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def began_at(self) -> float | None:
        """When the call began, epoch seconds."""
        if self.parley is not None and self.parley.started_at is not None:
            return self.parley.started_at
        times = (event.created_at for event in self.events)
        return next((at for at in times if at is not None), self.timestamp)
