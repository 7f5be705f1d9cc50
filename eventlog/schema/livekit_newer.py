"""What LiveKit's newer line (1.8) has besides: four events and one item."""

from __future__ import annotations

from typing import Any, TypeAlias

from eventlog.schema.shared import AnyEvent, AnyItem, Event, Item


class AgentConfigUpdate(Item, kw_only=True, tag="agent_config_update"):
    """The agent was given other instructions or tools; in the history only."""

    instructions: str | None = None
    tools_added: list[str] | None = None
    tools_removed: list[str] | None = None


class SessionUsageUpdated(Event, kw_only=True, tag="session_usage_updated"):
    """What has been used so far."""

    usage: dict[str, Any]


class ToolExecutionUpdated(Event, kw_only=True, tag="tool_execution_updated"):
    """A tool call began, told something, or ended."""

    update: dict[str, Any]


class UserTranscriptionTimeout(Event, kw_only=True, tag="user_transcription_timeout"):
    """The user spoke and no transcript came."""

    speech_duration: float | None
    vad_speech_started_at: float | None


class OverlappingSpeech(Event, kw_only=True, tag="overlapping_speech"):
    """The interruption detector judged speech over speech."""

    is_interruption: bool


NewerItem: TypeAlias = AnyItem | AgentConfigUpdate
NewerEvent: TypeAlias = (
    AnyEvent
    | SessionUsageUpdated
    | ToolExecutionUpdated
    | UserTranscriptionTimeout
    | OverlappingSpeech
)
