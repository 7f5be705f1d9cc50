"""Chat items: what the report's events and its chat history are made of.

The shapes are those of LiveKit's ChatContext items in the line that wrote session dumps (1.3.x).
An item appears twice in a report, and the two copies differ on purpose: in an event every field
is present, nulls included; in the history null fields are dropped (`to_history`).

Field order is the order of the keys in a report. Metrics that were not measured are absent, never
null, which is what `UNSET` stands for.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType


class UserMetrics(msgspec.Struct, kw_only=True):
    """When the user spoke and how long it took to know that they were done.

    `started_speaking_at` and `stopped_speaking_at` are epoch seconds of the true onset and end of
    speech; the delays are seconds from that end.
    """

    started_speaking_at: float | UnsetType = UNSET
    stopped_speaking_at: float | UnsetType = UNSET
    transcription_delay: float | UnsetType = UNSET
    end_of_turn_delay: float | UnsetType = UNSET
    on_user_turn_completed_delay: float | UnsetType = UNSET


class AssistantMetrics(msgspec.Struct, kw_only=True):
    """When the bot was heard and how long each stage took (epoch seconds, and seconds)."""

    started_speaking_at: float | UnsetType = UNSET
    stopped_speaking_at: float | UnsetType = UNSET
    llm_node_ttft: float | UnsetType = UNSET
    tts_node_ttfb: float | UnsetType = UNSET
    e2e_latency: float | UnsetType = UNSET


class Message(msgspec.Struct, kw_only=True):
    """One message of the conversation; `content` as heard, so cut when `interrupted`."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["user", "assistant"]
    content: list[str]
    interrupted: bool = False
    transcript_confidence: float | None = None
    extra: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    metrics: UserMetrics | AssistantMetrics
    created_at: float
    hash: None = None


class FunctionCall(msgspec.Struct, kw_only=True):
    """A tool call as the LLM asked for it; `created_at` is the start of its execution."""

    id: str
    type: Literal["function_call"] = "function_call"
    call_id: str
    arguments: str
    name: str
    created_at: float
    extra: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    group_id: str | None = None


class FunctionCallOutput(msgspec.Struct, kw_only=True):
    """What a tool gave back, or the message of its failure."""

    id: str
    type: Literal["function_call_output"] = "function_call_output"
    name: str
    call_id: str
    output: str
    is_error: bool
    created_at: float


class AgentHandoff(msgspec.Struct, kw_only=True):
    """The agent that answers from here on; the first one of a call has no predecessor."""

    id: str
    type: Literal["agent_handoff"] = "agent_handoff"
    old_agent_id: str | None = None
    new_agent_id: str
    created_at: float


Item = Message | FunctionCall | FunctionCallOutput | AgentHandoff


def to_event(item: Item) -> dict[str, Any]:
    """Return the copy of `item` that stands in an event: every field, nulls included."""
    return msgspec.to_builtins(item)


def to_history(item: Item) -> dict[str, Any]:
    """Return the copy of `item` that stands in the chat history: without its null fields."""
    return {key: value for key, value in to_event(item).items() if value is not None}
