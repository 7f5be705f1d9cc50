"""What the log tells of the bot: its states, its speeches, its messages, and where latency went."""

from __future__ import annotations

from typing import Any

from eventlog.events import AgentState, AgentStateChanged, ConversationItemAdded, SpeechCreated
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
        turns: The entries of `parley.turns` so far.
    """

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self._ids = ids
        self.state = AgentState.INITIALIZING
        self.turns: list[dict[str, Any]] = []

    def become(self, state: AgentState, at: float) -> None:
        """Pass to `state`, unless the bot is in it already."""
        if state is self.state:
            return
        old, self.state = self.state, state
        self._timeline.tell(
            AgentStateChanged(old_state=old, new_state=state, created_at=self._timeline.moment(at))
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
        return Speech(source)

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
        utterance.speech.latency_taken = True
        self._timeline.keep(item)
        self._timeline.tell(ConversationItemAdded(item=item, created_at=told_at))
