"""The report of each line, and the object `parley`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from eventlog.schema.livekit_newer import NewerEvent, NewerItem
from eventlog.schema.shared import (
    AnyEvent,
    AnyItem,
    Count,
    Options,
    PreemptiveGeneration,
    Seconds,
    Time,
)

FinalReason: TypeAlias = Literal[
    "CR_ERROR",
    "CR_JOB_SHUTDOWN",
    "CR_PARTICIPANT_DISCONNECTED",
    "CR_USER_INITIATED",
    "CR_COMPLETED",
    "CR_UNKNOWN",
]


class History(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The conversation, in the order of `created_at`."""

    items: list[AnyItem]


class NewerHistory(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The conversation of the newer line."""

    items: list[NewerItem]


class ErrorCounts(msgspec.Struct, kw_only=True):
    """How often each part failed."""

    llm: Count
    stt: Count
    tts: Count
    realtime: Count
    interruption: Count


class Common(msgspec.Struct, kw_only=True):
    """What the line of 1.3 has, but for its options."""

    job_id: str
    room_id: str
    room: str
    events: list[AnyEvent]
    audio_recording_path: str | None
    audio_recording_started_at: Time | None
    chat_history: History
    timestamp: Time


class LiveKit13(Common, kw_only=True, forbid_unknown_fields=True):
    """The line of LiveKit Agents 1.3, which wrote session dumps."""

    options: Options


class LiveKitNewer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The newer line; its keys came one release at a time, so none is required."""

    job_id: str
    room_id: str
    room: str
    events: list[NewerEvent]
    audio_recording_path: str | None
    audio_recording_started_at: Time | None
    options: Options
    chat_history: NewerHistory
    timestamp: Time
    usage: list[dict[str, Any]] | UnsetType | None = UNSET
    sdk_version: str | UnsetType = UNSET
    agent_name: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    duration_ms: Count | UnsetType | None = UNSET
    user_turns: Count | UnsetType = UNSET
    errors: ErrorCounts | UnsetType = UNSET
    close_reason: FinalReason | UnsetType | None = UNSET


class Part(msgspec.Struct, kw_only=True):
    """A part of a turn's latency."""

    name: str
    seconds: float


class Turn(msgspec.Struct, kw_only=True):
    """What an answer to a spoken turn waited for; the parts sum to `e2e_latency`."""

    user_item: str | None
    assistant_item: str
    e2e_latency: float | None
    parts: list[Part]
    providers: dict[str, str] = {}
    agent: str | UnsetType = UNSET


class Provider(msgspec.Struct, kw_only=True):
    """Who served a slot."""

    provider: str
    service: str
    model: str = ""
    voice: str = ""
    fallback: list[str] = []


class Switch(msgspec.Struct, kw_only=True):
    """A change of a slot's provider."""

    at: Time
    slot: str
    provider: str


class Trouble(msgspec.Struct, kw_only=True):
    """An error with its provider, category and message."""

    at: Time
    source: str
    provider: str
    category: str
    message: str


class Config(msgspec.Struct, kw_only=True):
    """The configuration that the call ran from."""

    name: str | None = None
    digest: str | None = None
    resolved: dict[str, Any] | None = None


class Around(msgspec.Struct, kw_only=True):
    """What `parley` says around the turns: what ran, what failed, and how it was recorded."""

    session: str | None = None
    started_at: Time | None = None
    metadata: dict[str, Any] = {}
    versions: dict[str, str | None] = {}
    config: Config | UnsetType = UNSET
    providers: dict[str, Provider] = {}
    failures: list[Trouble] = []
    close_detail: dict[str, Any] = {}
    participants: list[str] = []
    recorder: dict[str, Any] = {}
    recovered: bool = False
    attached: bool = False


class Ours(Around, kw_only=True):
    """The object `parley`."""

    schema: Count
    turns: list[Turn]
    switches: list[Switch] = []
    requests: dict[str, str] = {}


class KnownOptions(msgspec.Struct, kw_only=True):
    """The options; null is what could not be read of a bot that is somebody else's."""

    allow_interruptions: bool | None
    discard_audio_if_uninterruptible: bool | None
    min_interruption_duration: Seconds | None
    min_interruption_words: Count | None
    min_endpointing_delay: Seconds | None
    max_endpointing_delay: Seconds | None
    max_tool_steps: Count | None
    user_away_timeout: Seconds | None
    min_consecutive_speech_delay: Seconds | None
    preemptive_generation: bool | PreemptiveGeneration | None


class Parley(Common, kw_only=True, forbid_unknown_fields=True):
    """Parley's report: the line of 1.3, all keys that the newer one appends, and `parley`."""

    options: KnownOptions
    usage: list[dict[str, Any]] | None
    sdk_version: str
    agent_name: str
    tags: list[str]
    duration_ms: Count | None
    user_turns: Count
    errors: ErrorCounts
    close_reason: FinalReason | None
    parley: Ours
