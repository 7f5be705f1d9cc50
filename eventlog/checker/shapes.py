"""The shapes of the schema: which keys an object has in which line, and what may stand in them.

A shape is a table of fields in the order in which LiveKit 1.3 writes them. One table serves both
lines: a field that only the newer line has is marked so, and a shape is asked for with an origin.
"""

from __future__ import annotations

from typing import TypeAlias

from eventlog.checker.fields import (
    ANYTHING,
    COUNT,
    FLAG,
    LIST,
    NULL,
    NUMBER,
    OBJECT,
    SECONDS,
    TEXT,
    TEXTS,
    Field,
    newer,
    one_of,
    or_null,
)
from eventlog.jsonvalue import as_object
from eventlog.reader import Origin

Shape: TypeAlias = dict[str, Field]

AGENT_STATES = one_of("initializing", "idle", "listening", "thinking", "speaking")
USER_STATES = one_of("listening", "speaking", "away")
CLOSE_REASONS = {
    "error": "CR_ERROR",
    "job_shutdown": "CR_JOB_SHUTDOWN",
    "participant_disconnected": "CR_PARTICIPANT_DISCONNECTED",
    "user_initiated": "CR_USER_INITIATED",
    "task_completed": "CR_COMPLETED",
}
"""What a close event gives as its reason, and what `close_reason` calls it in the newer keys."""

EVENTS: dict[str, Shape] = {  # the keys after `type`
    "agent_state_changed": {
        "old_state": AGENT_STATES,
        "new_state": AGENT_STATES,
        "created_at": NUMBER,
    },
    "user_state_changed": {
        "old_state": USER_STATES,
        "new_state": USER_STATES,
        "created_at": NUMBER,
    },
    "user_input_transcribed": {
        "transcript": TEXT,
        "is_final": FLAG,
        "item_id": newer(or_null(TEXT)),
        "speaker_id": or_null(TEXT),
        "language": or_null(TEXT),
        "created_at": NUMBER,
    },
    "speech_created": {
        "user_initiated": FLAG,
        "source": one_of("say", "generate_reply"),
        "created_at": NUMBER,
    },
    "conversation_item_added": {"item": OBJECT, "created_at": NUMBER},
    "agent_false_interruption": {
        "resumed": FLAG,
        "created_at": NUMBER,
        "message": NULL,
        "extra_instructions": NULL,
    },
    "function_tools_executed": {
        "function_calls": LIST,
        "function_call_outputs": LIST,
        "created_at": NUMBER,
    },
    "error": {"error": OBJECT, "source": ANYTHING, "created_at": NUMBER},
    "close": {
        "error": or_null(OBJECT),
        "reason": one_of(*CLOSE_REASONS),
        "created_at": NUMBER,
    },
}
NEWER_EVENTS: dict[str, Shape] = {
    "session_usage_updated": {"usage": OBJECT, "created_at": NUMBER},
    "tool_execution_updated": {"update": OBJECT, "created_at": NUMBER},
    "user_transcription_timeout": {
        "speech_duration": or_null(NUMBER),
        "vad_speech_started_at": or_null(NUMBER),
        "created_at": NUMBER,
    },
    "overlapping_speech": {
        "created_at": NUMBER,
        "detected_at": ANYTHING,
        "is_interruption": FLAG,
        "agent_ended": ANYTHING,
        "total_duration": ANYTHING,
        "prediction_duration": ANYTHING,
        "detection_delay": ANYTHING,
        "overlap_started_at": ANYTHING,
        "speech_input": ANYTHING,
        "probabilities": ANYTHING,
        "probability": ANYTHING,
        "num_requests": ANYTHING,
    },
}
FAILURE: Shape = {
    "type": one_of(
        "llm_error",
        "stt_error",
        "tts_error",
        "realtime_model_error",
        "interruption_detection_error",
    ),
    "timestamp": NUMBER,
    "label": TEXT,
    "recoverable": FLAG,
}
"""What an `error` event, and a close for an error, hold."""

ITEMS: dict[str, Shape] = {
    "message": {
        "id": TEXT,
        "type": TEXT,
        "role": one_of("user", "assistant", "system", "developer"),
        "content": LIST,
        "interrupted": FLAG,
        "transcript_confidence": or_null(NUMBER),
        "extra": OBJECT,
        "metrics": OBJECT,
        "created_at": NUMBER,
        "hash": NULL,
    },
    "function_call": {
        "id": TEXT,
        "type": TEXT,
        "call_id": TEXT,
        "arguments": TEXT,
        "name": TEXT,
        "created_at": NUMBER,
        "extra": OBJECT,
        "group_id": or_null(TEXT),
    },
    "function_call_output": {
        "id": TEXT,
        "type": TEXT,
        "name": TEXT,
        "call_id": TEXT,
        "output": TEXT,
        "is_error": FLAG,
        "created_at": NUMBER,
        "reply_required": newer(FLAG),
    },
    "agent_handoff": {
        "id": TEXT,
        "type": TEXT,
        "old_agent_id": or_null(TEXT),
        "new_agent_id": TEXT,
        "created_at": NUMBER,
    },
}
NEWER_ITEMS: dict[str, Shape] = {
    "agent_config_update": {
        "id": TEXT,
        "type": TEXT,
        "instructions": or_null(TEXT),
        "tools_added": or_null(TEXTS),
        "tools_removed": or_null(TEXTS),
        "created_at": NUMBER,
    },
}

USER_METRICS: Shape = {
    "stt_metadata": newer(OBJECT),
    "started_speaking_at": NUMBER,
    "stopped_speaking_at": NUMBER,
    "transcription_delay": SECONDS,
    "end_of_turn_delay": SECONDS,
    "on_user_turn_completed_delay": SECONDS,
}
ASSISTANT_METRICS: Shape = {
    "started_speaking_at": NUMBER,
    "stopped_speaking_at": NUMBER,
    "llm_node_ttft": SECONDS,
    "llm_node_tps": newer(NUMBER),
    "llm_node_ttfs": newer(NUMBER),
    "tts_node_ttfb": SECONDS,
    "playback_latency": newer(NUMBER),
    "e2e_latency": NUMBER,
    "llm_metadata": newer(OBJECT),
    "tts_metadata": newer(OBJECT),
    "provider_request_ids": newer(LIST),
}

OPTIONS: Shape = {
    "allow_interruptions": FLAG,
    "discard_audio_if_uninterruptible": FLAG,
    "min_interruption_duration": SECONDS,
    "min_interruption_words": COUNT,
    "min_endpointing_delay": SECONDS,
    "max_endpointing_delay": SECONDS,
    "max_tool_steps": COUNT,
    "user_away_timeout": or_null(SECONDS),
    "min_consecutive_speech_delay": SECONDS,
    "preemptive_generation": Field(
        "true, false, or in the newer line an object",
        lambda value: isinstance(value, bool) or as_object(value) is not None,
    ),
    "recording_options": newer(OBJECT),
}
REPORT: Shape = {
    "job_id": TEXT,
    "room_id": TEXT,
    "room": TEXT,
    "events": LIST,
    "audio_recording_path": or_null(TEXT),
    "audio_recording_started_at": or_null(NUMBER),
    "options": OBJECT,
    "chat_history": OBJECT,
    "timestamp": NUMBER,
}
REPORT_NEWER: Shape = {
    "usage": or_null(LIST),
    "sdk_version": TEXT,
    "agent_name": TEXT,
    "tags": TEXTS,
    "duration_ms": or_null(COUNT),
    "user_turns": COUNT,
    "errors": OBJECT,
    "close_reason": or_null(one_of(*CLOSE_REASONS.values(), "CR_UNKNOWN")),
}
"""What the newer line appends after `timestamp`; Parley appends all of it."""

ERROR_COUNTS: Shape = {
    "llm": COUNT,
    "stt": COUNT,
    "tts": COUNT,
    "realtime": COUNT,
    "interruption": COUNT,
}


def report_shape(origin: Origin) -> Shape:
    """The top-level keys of an origin, in order."""
    if origin is Origin.LIVEKIT_1_3:
        return REPORT
    if origin is Origin.PARLEY:
        return REPORT | REPORT_NEWER | {"parley": OBJECT}
    return REPORT | {key: newer(field) for key, field in REPORT_NEWER.items()}


def event_shape(kind: str, origin: Origin) -> Shape | None:
    """The keys of an event; None for a type that the line does not have."""
    return _EVENTS[origin].get(kind)


def item_shape(kind: str, origin: Origin) -> Shape | None:
    """The keys of a chat item; None for a type that the line does not have."""
    return _ITEMS[origin].get(kind)


def metrics_shape(role: str, origin: Origin) -> Shape:
    """The metrics that a message of a role may have."""
    return _METRICS[origin].get(role, {})


def _with_newer(table: dict[str, Shape], more: dict[str, Shape]) -> dict[Origin, dict[str, Shape]]:
    return {origin: table | more if origin is Origin.LIVEKIT_NEWER else table for origin in Origin}


_EVENTS = {
    origin: {kind: {"type": TEXT} | shape for kind, shape in table.items()}
    for origin, table in _with_newer(EVENTS, NEWER_EVENTS).items()
}
_ITEMS = _with_newer(ITEMS, NEWER_ITEMS)
_METRICS = {
    origin: {
        role: {key: field for key, field in shape.items() if field.belongs_to(origin)}
        for role, shape in (("user", USER_METRICS), ("assistant", ASSISTANT_METRICS))
    }
    for origin in Origin
}
