"""The recorder: signals in, events and items out, and nothing else.

It is a pure state machine: no clock, no I/O, no randomness beyond the seed it is given. The live
page, the report at the end of a call and the recovery of a killed one are all this same fold, and
the schema's semantics are tested here with scripts of signals, without audio and without waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from eventlog.events import AgentState, Close, Event, UserState
from eventlog.items import AgentHandoff
from eventlog.recorder.agent_side import AgentSide
from eventlog.recorder.answering import Answering
from eventlog.recorder.failures import Failures, error_detail
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.serving import Serving
from eventlog.recorder.timeline import Timeline
from eventlog.recorder.usage import Usage
from eventlog.recorder.user_side import UserSide
from eventlog.signals import (
    AgentChanged,
    AssistantText,
    CallStarted,
    Closed,
    ErrorSource,
    Failed,
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    ParticipantJoined,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    ProviderSwitched,
    RecordingStarted,
    ReplyDiscarded,
    ReplyRequested,
    SayRequested,
    Signal,
    TextReceived,
    ToolCancelled,
    ToolFinished,
    ToolsRequested,
    ToolStarted,
    Transcribed,
    TTSFirstAudio,
    Used,
    UserAway,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnEnded,
    UserTurnHeard,
)

S = TypeVar("S", bound=Signal)


class Recorder:
    """The fold of one call.

    Args:
        seed: Seed of the item ids; the same seed and signals give the same report.
        agent_id: The agent that answers first, named by the history's first item.
        providers: Short name of the provider of each slot at the start.
    """

    def __init__(
        self,
        seed: str,
        agent_id: str = "assistant",
        providers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._ids = ItemIds(seed)
        self.timeline = Timeline()
        self.user = UserSide(self.timeline, self._ids)
        self.serving = Serving(providers)
        self.agent = AgentSide(self.timeline, self._ids, self.serving)
        self.agent.events.agent_id = agent_id
        self._answering = Answering(self.user, self.agent, self.serving)
        self.usage = Usage()
        self.started_at: float | None = None
        self.recording: RecordingStarted | None = None
        self.closed: Closed | None = None
        self.participants: list[str] = []
        self.failures = Failures(self.timeline)
        self._handlers: dict[type[Signal], Callable[[Any], None]] = {}
        self._register()

    def take(self, signal: Signal) -> list[Event]:
        """Fold one signal and return the events that it brought about.

        What comes after the close of the call is not part of it and changes nothing.
        """
        if self.closed is not None:
            return []
        handler = self._handlers.get(type(signal))
        if handler is not None:
            handler(signal)
        return self.timeline.untold()

    @property
    def both_listening(self) -> bool:
        """Whether the away timer may run: nobody speaks, thinks, or waits for a tool."""
        return (
            self.user.state is UserState.LISTENING
            and self.agent.events.state is AgentState.LISTENING
            and not self.agent.tools.running
        )

    def _on(self, kind: type[S], handler: Callable[[S], None]) -> None:
        self._handlers[kind] = handler

    def _register(self) -> None:
        user, agent, answering = self.user, self.agent, self._answering
        self._on(CallStarted, self._call_started)
        self._on(ParticipantJoined, lambda s: self.participants.append(s.participant))
        self._on(AgentChanged, self._agent_changed)
        self._on(UserSpeechStarted, user.speech_started)
        self._on(UserSpeechStopped, user.speech_stopped)
        self._on(UserAway, self._user_away)
        self._on(Transcribed, user.transcribed)
        self._on(TextReceived, answering.text_received)
        self._on(UserTurnEnded, user.turn_ended)
        self._on(UserTurnHeard, answering.turn_heard)
        self._on(UserTurnCompleted, answering.turn_completed)
        self._on(UserTurnDropped, answering.turn_dropped)
        self._on(SayRequested, agent.say)
        self._on(ReplyRequested, agent.reply_requested)
        self._on(ReplyDiscarded, lambda _: agent.reply_discarded())
        self._on(LLMFirstToken, agent.first_token)
        self._on(LLMAnswered, agent.answered)
        self._on(TTSFirstAudio, agent.first_audio)
        self._on(PlaybackStarted, agent.playback.started)
        self._on(PlaybackStopped, agent.playback.stopped)
        self._on(PlaybackPaused, agent.playback.paused)
        self._on(PlaybackResumed, agent.resumed)
        self._on(
            FalseInterruption, lambda s: agent.events.false_interruption(s.at, resumed=s.resumed)
        )
        self._on(AssistantText, agent.playback.text_known)
        self._on(Interrupted, lambda s: agent.interrupted(s.at))
        self._on(InterruptionSettled, lambda s: agent.settled(s.at))
        self._on(ToolsRequested, agent.tools_requested)
        self._on(ToolStarted, agent.tools.started)
        self._on(ToolFinished, self._tool_finished)
        self._on(ToolCancelled, self._tool_cancelled)
        self._on(Failed, self._failed)
        self._on(ProviderSwitched, self.serving.switched)
        self._on(RecordingStarted, self._recording_started)
        self._on(Used, self.usage.add)
        self._on(Closed, self._close)

    def _call_started(self, signal: CallStarted) -> None:
        if self.started_at is not None:
            return
        self.started_at = signal.at
        self._keep_handoff(signal.at)
        self.agent.events.become(AgentState.LISTENING, signal.at)

    def _agent_changed(self, signal: AgentChanged) -> None:
        old, self.agent.events.agent_id = self.agent.events.agent_id, signal.agent_id
        if self.started_at is not None and old != signal.agent_id:
            # An item of the history alone: in this line of the schema no event tells it.
            self._keep_handoff(self.timeline.moment(signal.at), old)

    def _keep_handoff(self, at: float, old: str | None = None) -> None:
        new, item_id = self.agent.events.agent_id, self._ids.item()
        self.timeline.keep(
            AgentHandoff(id=item_id, old_agent_id=old, new_agent_id=new, created_at=at)
        )

    def _user_away(self, signal: UserAway) -> None:
        if self.both_listening:
            self.user.away(signal.at)

    def _tool_finished(self, signal: ToolFinished) -> None:
        self.agent.tools.finished(signal)
        self.agent.tools_settled(signal.at)

    def _tool_cancelled(self, signal: ToolCancelled) -> None:
        self.agent.tools.cancelled(signal.call_id, signal.at)
        self.agent.tools_settled(signal.at)

    def _failed(self, signal: Failed) -> None:
        self.failures.add(signal)
        if signal.source is ErrorSource.TTS and not signal.taken_over:
            self.agent.unspoken(signal.at)

    def _recording_started(self, signal: RecordingStarted) -> None:
        self.recording = self.recording or signal

    def _close(self, signal: Closed) -> None:
        if self.started_at is None:
            # A call that never came about still had its agent: every history begins with one.
            self._keep_handoff(signal.at)
        self.agent.close(signal.at)
        self.user.close(signal.at)
        self._tell_close(signal)

    def seal(self, closed: Closed) -> list[Event]:
        """Close the log and nothing else: for a call whose close could not be folded."""
        if self.closed is None:
            self._tell_close(closed)
        return self.timeline.untold()

    def _tell_close(self, signal: Closed) -> None:
        self.closed = signal
        self.timeline.tell(
            Close(
                error=error_detail(signal.failure) if signal.failure else None,
                reason=signal.reason,
                created_at=self.timeline.moment(signal.at),
            )
        )
