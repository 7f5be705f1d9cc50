"""Frames that are one fact each: what the frame alone says, whatever came before it.

Frames that say something only together with others are followed by objects of their own (the
LLM's answers, the voice's first audio).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    Frame,
    LLMContextAssistantTurnFrame,
    LLMContextUserTurnFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from eventlog.signals import (
    AgentChanged,
    AssistantText,
    FalseInterruption,
    InterruptionSettled,
    ParticipantJoined,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    ProviderSwitched,
    RecordingStarted,
    SayRequested,
    Signal,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnEnded,
)
from processors.frames import (
    AgentChangedFrame,
    FalseInterruptionFrame,
    InterruptionSettledFrame,
    PlaybackPausedFrame,
    PlaybackResumedFrame,
    ProviderSwitchedFrame,
    RecordingStartedFrame,
    UserTurnCompletedFrame,
    UserTurnDroppedFrame,
)

ToSignal = Callable[[Any, float], Signal]
"""Makes a signal of a frame and of when it was pushed (epoch seconds)."""


def speech_started(frame: VADUserStartedSpeakingFrame, at: float) -> Signal:
    """The VAD decides late, and its frame says how late."""
    return UserSpeechStarted(at=at, onset=frame.timestamp - frame.start_secs)


def speech_stopped(frame: VADUserStoppedSpeakingFrame, at: float) -> Signal:
    """The VAD decides late, and its frame says how late."""
    return UserSpeechStopped(at=at, end=frame.timestamp - frame.stop_secs)


def turn_ended(frame: LLMContextUserTurnFrame, at: float) -> Signal:
    """The user's turn is in the LLM's context."""
    return UserTurnEnded(at=at, text=frame.text)


def provider_switched(frame: ProviderSwitchedFrame, at: float) -> Signal:
    """Another provider serves."""
    return ProviderSwitched(
        at=at,
        slot=frame.slot,
        provider=frame.provider,
        previous=frame.previous,
        reason=frame.reason,
        asks_again=frame.asks_again,
    )


def _turn_completed(frame: UserTurnCompletedFrame, at: float) -> Signal:
    return UserTurnCompleted(
        at=at, hook=frame.hook_seconds, refused=frame.refused, preempted=frame.preempted
    )


def _say_requested(frame: TTSSpeakFrame, at: float) -> Signal:
    return SayRequested(
        at=at,
        text=frame.text,
        recorded=frame.append_to_context is not False,
        interruptible=frame.interruptible,
    )


def _playback_paused(frame: PlaybackPausedFrame, at: float) -> Signal:
    return PlaybackPaused(at=at, silent_at=at + frame.silent_in)


def _false_interruption(frame: FalseInterruptionFrame, at: float) -> Signal:
    return FalseInterruption(at=at, resumed=frame.resumed)


def _assistant_text(frame: LLMContextAssistantTurnFrame, at: float) -> Signal:
    return AssistantText(at=at, text=frame.text)


def _agent_changed(frame: AgentChangedFrame, at: float) -> Signal:
    return AgentChanged(at=at, agent_id=frame.agent_id)


def _recording_started(frame: RecordingStartedFrame, _at: float) -> Signal:
    return RecordingStarted(at=frame.started_at, path=frame.path)


def _only_that(kind: Callable[..., Signal]) -> ToSignal:
    return lambda _frame, at: kind(at=at)


SIGNALS: Mapping[type[Frame], ToSignal] = {
    ClientConnectedFrame: _only_that(ParticipantJoined),
    VADUserStartedSpeakingFrame: speech_started,
    VADUserStoppedSpeakingFrame: speech_stopped,
    LLMContextUserTurnFrame: turn_ended,
    UserTurnCompletedFrame: _turn_completed,
    UserTurnDroppedFrame: _only_that(UserTurnDropped),
    TTSSpeakFrame: _say_requested,
    BotStartedSpeakingFrame: _only_that(PlaybackStarted),
    BotStoppedSpeakingFrame: _only_that(PlaybackStopped),
    PlaybackPausedFrame: _playback_paused,
    PlaybackResumedFrame: _only_that(PlaybackResumed),
    FalseInterruptionFrame: _false_interruption,
    LLMContextAssistantTurnFrame: _assistant_text,
    InterruptionSettledFrame: _only_that(InterruptionSettled),
    AgentChangedFrame: _agent_changed,
    RecordingStartedFrame: _recording_started,
}
"""How the signal is made, by the frame's type."""
