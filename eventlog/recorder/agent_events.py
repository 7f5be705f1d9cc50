"""What the log tells of the bot: its states, its speeches, its messages, and where latency went."""

from __future__ import annotations

from typing import Any

from eventlog.events import (
    AgentFalseInterruption,
    AgentState,
    AgentStateChanged,
    ConversationItemAdded,
    SpeechCreated,
)
from eventlog.items import Message
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.latency import turn_record
from eventlog.recorder.speech import Speech, Utterance
from eventlog.recorder.timeline import Timeline
from eventlog.signals import SpeechSource


class AgentEvents:
    """Tells the bot's events in the order in which they are given.

    Attributes:
        state: What the bot is doing.
        agent_id: The agent that has the call.
        turns: The entries of `parley.turns` so far.
        requests: The LLM's request that a message answers, by the id of the message.
    """

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self._ids = ids
        self.state = AgentState.INITIALIZING
        self.agent_id = ""
        self._held = False
        self.turns: list[dict[str, Any]] = []
        self.requests: dict[str, str] = {}

    def become(self, state: AgentState, at: float) -> None:
        """Pass to `state`, unless the bot is in it already, or is held and can only listen."""
        if state is self.state or (self._held and state is not AgentState.LISTENING):
            return
        old, self.state = self.state, state
        self._timeline.tell(
            AgentStateChanged(old_state=old, new_state=state, created_at=self._timeline.moment(at))
        )

    def hold(self, at: float) -> None:
        """Listen and do nothing else until `release`, whatever goes on meanwhile."""
        self._held = True
        self.rest(at)

    def rest(self, at: float) -> None:
        """Listen, unless the call has not begun."""
        if self.state is not AgentState.INITIALIZING:
            self.become(AgentState.LISTENING, at)

    def release(self) -> None:
        """Be free again; the state is for the caller to say."""
        self._held = False

    def think(self, at: float) -> None:
        """Tell that a turn is going to be answered, even if the answer is held at once."""
        held, self._held = self._held, False
        self.become(AgentState.THINKING, at)
        if held:
            self.hold(at)

    def false_interruption(self, at: float, *, resumed: bool) -> None:
        """Tell that what stopped the bot was no interruption."""
        self._timeline.tell(
            AgentFalseInterruption(resumed=resumed, created_at=self._timeline.moment(at))
        )

    def speech(self, source: SpeechSource, at: float, *, user_initiated: bool) -> Speech:
        """Announce a new speech and return it."""
        self._timeline.tell(
            SpeechCreated(
                user_initiated=user_initiated,
                source=source,
                created_at=self._timeline.moment(at),
            )
        )
        return Speech(source, self.agent_id)

    def message(self, utterance: Utterance, at: float) -> None:
        """Tell what was heard of an utterance that is over."""
        told_at = self._timeline.moment(at)
        ended_at = min(told_at, utterance.stopped_at or at)
        item = Message(
            id=self._ids.item(),
            role="assistant",
            content=[utterance.text or ""],
            interrupted=utterance.interrupted,
            metrics=utterance.metrics(),
            created_at=utterance.created_at if utterance.generated else ended_at,
        )
        record = turn_record(utterance, item.id)
        if record is not None:
            self.turns.append(record)
        if utterance.request is not None:
            self.requests[item.id] = utterance.request
        utterance.speech.latency_taken = True
        self._timeline.keep(item)
        self._timeline.tell(ConversationItemAdded(item=item, created_at=told_at))
