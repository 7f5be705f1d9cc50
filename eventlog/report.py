"""The report: the fold of a call, in the schema of LiveKit's session report.

The nine keys of the line that wrote session dumps come first and in its order, then the keys that
LiveKit's newer line appends, then one object `parley` with everything that is ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from eventlog.call_folder import REPORT_FILE
from eventlog.header import CallHeader
from eventlog.recorder import Recorder
from eventlog.signals import CloseReason, ErrorSource, Failed, ProviderSwitched
from eventlog.whole_file import write_whole

FILE_NAME = REPORT_FILE

# Version of the object `parley`, and the mark by which a reader knows our reports.
PARLEY_SCHEMA = 1

CLOSE_REASONS = {
    CloseReason.ERROR: "CR_ERROR",
    CloseReason.JOB_SHUTDOWN: "CR_JOB_SHUTDOWN",
    CloseReason.PARTICIPANT_DISCONNECTED: "CR_PARTICIPANT_DISCONNECTED",
    CloseReason.USER_INITIATED: "CR_USER_INITIATED",
    CloseReason.TASK_COMPLETED: "CR_COMPLETED",
}

ERROR_KEYS: tuple[str, ...] = ("llm", "stt", "tts", "realtime", "interruption")

ERROR_SLOTS = {
    ErrorSource.LLM: "llm",
    ErrorSource.STT: "stt",
    ErrorSource.TTS: "tts",
}


def build(
    header: CallHeader,
    recorder: Recorder,
    *,
    timestamp: float,
    recovered: bool = False,
    recorder_health: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Make the report of a folded call.

    Args:
        header: What the call started with.
        recorder: The fold of its signals, closed.
        timestamp: When the report is made (epoch seconds).
        recovered: Whether it was made from the journal of a call that never closed.
        recorder_health: The recorder's own lag and losses.

    Returns:
        Plain builtins, in the order of keys that the schema has.
    """
    recording, closed = recorder.recording, recorder.closed
    return {
        "job_id": header.job_id,
        "room_id": header.room_id,
        "room": header.room,
        "events": recorder.timeline.events_as_dicts(),
        "audio_recording_path": recording.path if recording else None,
        "audio_recording_started_at": recording.at if recording else None,
        "options": dict(header.options),
        "chat_history": {"items": recorder.timeline.history_as_dicts()},
        "timestamp": timestamp,
        "usage": recorder.usage.entries(),
        "sdk_version": f"parley {header.versions.get('parley', '')}".strip(),
        "agent_name": header.agent_name,
        "tags": sorted(set(header.tags)),
        "duration_ms": _duration_ms(recorder, timestamp),
        "user_turns": recorder.user.turns,
        "errors": _errors(recorder),
        "close_reason": CLOSE_REASONS[closed.reason] if closed else None,
        "parley": _parley(header, recorder, recovered, recorder_health or {}),
    }


def text(report: dict[str, Any]) -> str:
    """Return the report as it is written: the standard json's floats are those of the dump.

    An embedder may put anything into the detail of a close; what JSON has no form for is written
    as its text, rather than losing the report.
    """
    return json.dumps(report, indent=2, default=str)


def line(report: dict[str, Any]) -> str:
    """Return the report as one line, for a log collector."""
    return json.dumps(report, separators=(",", ":"), default=str)


def write(report: dict[str, Any], path: Path) -> None:
    """Write the report (mode 0600) so that a reader sees the whole of it or nothing.

    Raises:
        OSError: The folder cannot be written.
    """
    write_whole(path, f"{text(report)}\n".encode())


def _duration_ms(recorder: Recorder, timestamp: float) -> int | None:
    started = recorder.recording.at if recorder.recording else recorder.started_at
    return None if started is None else round((timestamp - started) * 1000)


def _errors(recorder: Recorder) -> dict[str, int]:
    counts = dict.fromkeys(ERROR_KEYS, 0)
    for source, number in recorder.failures.counts().items():
        counts[ERROR_SLOTS.get(source, "realtime")] += number
    return counts


def _parley(
    header: CallHeader, recorder: Recorder, recovered: bool, health: dict[str, Any]
) -> dict[str, Any]:
    closed = recorder.closed
    return {
        "schema": PARLEY_SCHEMA,
        "session": header.session,
        "started_at": recorder.started_at,
        "metadata": header.metadata,
        "versions": header.versions,
        "config": {
            "name": header.config_name,
            "digest": header.config_digest,
            "resolved": header.config,
        },
        "providers": {
            slot: msgspec.to_builtins(provider) for slot, provider in header.providers.items()
        },
        "switches": [_switch(switch) for switch in recorder.serving.switches],
        "turns": recorder.agent.turns,
        "requests": recorder.agent.requests,
        "failures": [_failure(failure) for failure in recorder.failures.all],
        "close_detail": dict(closed.detail) if closed else {},
        "participants": recorder.participants,
        "recorder": health,
        "recovered": recovered,
        "attached": header.attached,
    }


def _switch(switch: ProviderSwitched) -> dict[str, Any]:
    return {
        "at": switch.at,
        "slot": switch.slot,
        "provider": switch.provider,
        "previous": switch.previous,
        "reason": switch.reason,
    }


def _failure(failure: Failed) -> dict[str, Any]:
    return {
        "at": failure.at,
        "source": failure.source.value,
        "provider": failure.provider,
        "category": failure.category,
        "message": failure.message,
    }
