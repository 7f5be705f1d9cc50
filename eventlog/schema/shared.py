"""What all lines of the report write: items, events and options.

A key that only the newer line has may be absent (`UNSET`). In the history an item lacks the keys
that are null in its event, so those are not required.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

Seconds: TypeAlias = Annotated[float, Meta(ge=0)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Time: TypeAlias = Annotated[float, Meta(description="epoch seconds")]
AgentState: TypeAlias = Literal["initializing", "idle", "listening", "thinking", "speaking"]
UserState: TypeAlias = Literal["listening", "speaking", "away"]
CloseReason: TypeAlias = Literal[
    "error", "job_shutdown", "participant_disconnected", "user_initiated", "task_completed"
]


class Metrics(msgspec.Struct, kw_only=True):
    """The metrics of a message, in seconds; what was not measured is absent, never null."""

    started_speaking_at: Time | UnsetType = UNSET
    stopped_speaking_at: Time | UnsetType = UNSET
    transcription_delay: Seconds | UnsetType = UNSET
    end_of_turn_delay: Seconds | UnsetType = UNSET
    on_user_turn_completed_delay: Seconds | UnsetType = UNSET
    llm_node_ttft: Seconds | UnsetType = UNSET
    tts_node_ttfb: Seconds | UnsetType = UNSET
    e2e_latency: float | UnsetType = UNSET
    llm_node_tps: float | UnsetType = UNSET
    llm_node_ttfs: float | UnsetType = UNSET
    playback_latency: float | UnsetType = UNSET
    stt_metadata: dict[str, Any] | UnsetType = UNSET
    llm_metadata: dict[str, Any] | UnsetType = UNSET
    tts_metadata: dict[str, Any] | UnsetType = UNSET
    provider_request_ids: list[Any] | UnsetType = UNSET


class Item(msgspec.Struct, kw_only=True, tag_field="type"):
    """An item of the conversation."""

    id: str
    created_at: Time


class Message(Item, kw_only=True, tag="message"):
    """A message; `content` as heard, so cut when `interrupted`."""

    role: Literal["user", "assistant", "system", "developer"]
    content: list[Any]
    interrupted: bool
    transcript_confidence: float | None = None
    extra: dict[str, Any]
    metrics: Metrics
    hash: None = None


class FunctionCall(Item, kw_only=True, tag="function_call"):
    """A tool call as the LLM asked for it; `arguments` is JSON text."""

    call_id: str
    arguments: str
    name: str
    extra: dict[str, Any]
    group_id: str | None = None


class FunctionCallOutput(Item, kw_only=True, tag="function_call_output"):
    """What a tool gave back, or the message of its failure."""

    name: str
    call_id: str
    output: str
    is_error: bool
    reply_required: bool | UnsetType = UNSET


class AgentHandoff(Item, kw_only=True, tag="agent_handoff"):
    """The agent that answers from here on."""

    old_agent_id: str | None = None
    new_agent_id: str


class Failure(msgspec.Struct, kw_only=True):
    """What an error event holds, and a close for an error."""

    type: Literal[
        "llm_error",
        "stt_error",
        "tts_error",
        "realtime_model_error",
        "interruption_detection_error",
    ]
    timestamp: Time
    label: str
    recoverable: bool


class Event(msgspec.Struct, kw_only=True, tag_field="type"):
    """An entry of the report's `events`."""

    created_at: Time


class AgentStateChanged(Event, kw_only=True, tag="agent_state_changed"):
    """The agent passed from one state to another."""

    old_state: AgentState
    new_state: AgentState


class UserStateChanged(Event, kw_only=True, tag="user_state_changed"):
    """The user passed from one state to another."""

    old_state: UserState
    new_state: UserState


class UserInputTranscribed(Event, kw_only=True, tag="user_input_transcribed"):
    """The STT reported a segment, interim or final."""

    transcript: str
    is_final: bool
    item_id: str | UnsetType | None = UNSET
    speaker_id: str | None
    language: str | None


class SpeechCreated(Event, kw_only=True, tag="speech_created"):
    """The agent was given something to say."""

    user_initiated: bool
    source: Literal["say", "generate_reply"]


class ConversationItemAdded(Event, kw_only=True, tag="conversation_item_added"):
    """A message entered the conversation; in the newer line a hand-off, too."""

    item: Message | AgentHandoff


class AgentFalseInterruption(Event, kw_only=True, tag="agent_false_interruption"):
    """What stopped the agent was no interruption."""

    resumed: bool
    message: None
    extra_instructions: None


class FunctionToolsExecuted(Event, kw_only=True, tag="function_tools_executed"):
    """All tools of one step have ended; the two lists are parallel."""

    function_calls: list[FunctionCall]
    function_call_outputs: list[FunctionCallOutput | None]


class ErrorOccurred(Event, kw_only=True, tag="error"):
    """A part of the pipeline failed."""

    error: Failure
    source: Any


class Close(Event, kw_only=True, tag="close"):
    """The last event."""

    error: Failure | None
    reason: CloseReason


class PreemptiveGeneration(msgspec.Struct, kw_only=True):
    """The newer line's form of the option; the older one has true or false."""

    enabled: bool


class Options(msgspec.Struct, kw_only=True):
    """The options of turn-taking, as in force."""

    allow_interruptions: bool
    discard_audio_if_uninterruptible: bool
    min_interruption_duration: Seconds
    min_interruption_words: Count
    min_endpointing_delay: Seconds
    max_endpointing_delay: Seconds
    max_tool_steps: Count
    user_away_timeout: Seconds | None
    min_consecutive_speech_delay: Seconds
    preemptive_generation: bool | PreemptiveGeneration
    recording_options: dict[str, Any] | UnsetType = UNSET


AnyItem: TypeAlias = Message | FunctionCall | FunctionCallOutput | AgentHandoff
AnyEvent: TypeAlias = (
    AgentStateChanged
    | UserStateChanged
    | UserInputTranscribed
    | SpeechCreated
    | ConversationItemAdded
    | AgentFalseInterruption
    | FunctionToolsExecuted
    | ErrorOccurred
    | Close
)
