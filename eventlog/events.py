"""Events: the moments of a call in the order in which the log tells them.

The shapes are those of LiveKit's AgentEvent union in the line that wrote session dumps (1.3.x):
field order is key order, and null fields are written. `created_at` is epoch seconds and never
runs back from one event to the next.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from eventlog.items import FunctionCall, FunctionCallOutput, Message
from eventlog.signals import CloseReason, SpeechSource


class AgentState(StrEnum):
    """What the bot is doing, as the schema names it."""

    INITIALIZING = "initializing"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class UserState(StrEnum):
    """What the user is doing, as the schema names it."""

    LISTENING = "listening"
    SPEAKING = "speaking"
    AWAY = "away"


class Event(msgspec.Struct, kw_only=True, tag_field="type"):
    """One entry of the report's `events`; subclasses add what happened."""


class AgentStateChanged(Event, kw_only=True, tag="agent_state_changed"):
    """The bot passed from one state to another."""

    old_state: AgentState
    new_state: AgentState
    created_at: float


class UserStateChanged(Event, kw_only=True, tag="user_state_changed"):
    """The user passed from one state to another."""

    old_state: UserState
    new_state: UserState
    created_at: float


class UserInputTranscribed(Event, kw_only=True, tag="user_input_transcribed"):
    """The STT reported a segment, interim or final."""

    transcript: str
    is_final: bool
    speaker_id: str | None = None
    language: str | None = None
    created_at: float


class SpeechCreated(Event, kw_only=True, tag="speech_created"):
    """The bot was given something to say, before any work on it began."""

    user_initiated: bool
    source: SpeechSource
    created_at: float


class ConversationItemAdded(Event, kw_only=True, tag="conversation_item_added"):
    """A message entered the conversation."""

    item: Message
    created_at: float


class AgentFalseInterruption(Event, kw_only=True, tag="agent_false_interruption"):
    """A pause turned out to be for nothing; the last two fields are the schema's and stay null."""

    resumed: bool
    created_at: float
    message: None = None
    extra_instructions: None = None


class FunctionToolsExecuted(Event, kw_only=True, tag="function_tools_executed"):
    """All tools of one step have ended; the two lists are parallel."""

    function_calls: list[FunctionCall]
    function_call_outputs: list[FunctionCallOutput | None]
    created_at: float


class ErrorDetail(msgspec.Struct, kw_only=True):
    """The failure as the schema has it; `type` is one of its `<part>_error` names."""

    type: str
    timestamp: float
    label: str
    recoverable: bool


class ErrorOccurred(Event, kw_only=True, tag="error"):
    """A part of the pipeline failed; `source` names the processor."""

    error: ErrorDetail
    source: str
    created_at: float


class Close(Event, kw_only=True, tag="close"):
    """The last event of every report."""

    error: ErrorDetail | None = None
    reason: CloseReason
    created_at: float


def to_dict(event: Event) -> dict[str, Any]:
    """Return `event` as the report writes it: `type` first, nulls included, plain builtins."""
    return msgspec.to_builtins(event)
