"""That a call begins and ends, who is in it, and where it is recorded."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from eventlog.signals.providers import Failed
from eventlog.signals.signal import Signal


class CloseReason(StrEnum):
    """Why a call ended; the values are the schema's (CloseEvent.reason)."""

    ERROR = "error"
    JOB_SHUTDOWN = "job_shutdown"
    PARTICIPANT_DISCONNECTED = "participant_disconnected"
    USER_INITIATED = "user_initiated"
    TASK_COMPLETED = "task_completed"


class CallStarted(Signal, kw_only=True, tag="call_started"):
    """The pipeline runs and the bot listens."""


class ParticipantJoined(Signal, kw_only=True, tag="participant_joined"):
    """Somebody is on the far side; the away timer does not run before."""

    participant: str = ""


class AgentChanged(Signal, kw_only=True, tag="agent_changed"):
    """Another agent has the call: what comes next is answered by `agent_id`."""

    agent_id: str


class RecordingStarted(Signal, kw_only=True, tag="recording_started"):
    """The first sample of the recording at `path` was taken."""

    path: str


class Closed(Signal, kw_only=True, tag="closed"):
    """The call is over."""

    reason: CloseReason
    detail: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    failure: Failed | None = None


CallSignal = CallStarted | ParticipantJoined | AgentChanged | RecordingStarted | Closed
