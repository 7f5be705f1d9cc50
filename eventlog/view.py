"""A report as the rules see it: typed where it can be, and only what has the right shape.

What cannot be read (an event without a time, an item without an id) is left out here and named by
the rules on structure, so that the rules on meaning need no doubts of their own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.reader import Origin

AGENT_STATE = "agent_state_changed"
USER_STATE = "user_state_changed"
TRANSCRIBED = "user_input_transcribed"
SPEECH = "speech_created"
ITEM_ADDED = "conversation_item_added"
FALSE_INTERRUPTION = "agent_false_interruption"
TOOLS = "function_tools_executed"
ERROR = "error"
CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Event:
    """One readable event: `index` is its place in the report, `at` its `created_at`."""

    index: int
    type: str
    at: float
    data: dict[str, Any]

    @property
    def transition(self) -> tuple[str, str]:
        """The old and the new state of a state event."""
        return as_text(self.data.get("old_state")) or "", as_text(self.data.get("new_state")) or ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a `conversation_item_added` event; `metrics` are the numbers among them."""

    event: Event
    id: str
    role: str
    text: str
    interrupted: bool
    created_at: float
    metrics: dict[str, float]
    data: dict[str, Any]

    @property
    def started(self) -> float | None:
        """When its first sound was heard, epoch seconds."""
        return self.metrics.get("started_speaking_at")

    @property
    def stopped(self) -> float | None:
        """When its last sound was heard, epoch seconds."""
        return self.metrics.get("stopped_speaking_at")

    @property
    def turn_ended_at(self) -> float | None:
        """When the end of a user's turn was declared, epoch seconds."""
        delay = self.metrics.get("end_of_turn_delay")
        return None if self.stopped is None or delay is None else self.stopped + delay

    @property
    def typed(self) -> bool:
        """Whether a user's message was not heard: no transcript has a confidence for it."""
        return self.data.get("transcript_confidence") is None


@dataclass(frozen=True)
class View:
    """The readable parts of one report."""

    report: dict[str, Any]
    origin: Origin
    raw_events: list[Any] = field(default_factory=list[Any])
    raw_history: list[Any] = field(default_factory=list[Any])

    @staticmethod
    def of(report: dict[str, Any], origin: Origin) -> View:
        """The view of a report, whatever is in it."""
        history = (as_object(report.get("chat_history")) or {}).get("items")
        return View(report, origin, as_list(report.get("events")) or [], as_list(history) or [])

    @cached_property
    def events(self) -> list[Event]:
        """The readable events, in the report's order."""
        found: list[Event] = []
        for index, raw in enumerate(self.raw_events):
            data = as_object(raw) or {}
            kind, at = as_text(data.get("type")), as_number(data.get("created_at"))
            if kind is not None and at is not None:
                found.append(Event(index, kind, at, data))
        return found

    def of_type(self, *types: str) -> list[Event]:
        """The events of some types, in order."""
        return [event for event in self.events if event.type in types]

    def previous(self, event: Event) -> Event | None:
        """The event before one."""
        position = self._positions[event.index]
        return self.events[position - 1] if position else None

    def following(self, event: Event) -> Event | None:
        """The event after one."""
        position = self._positions[event.index] + 1
        return self.events[position] if position < len(self.events) else None

    def next_agent_change(self, event: Event) -> Event | None:
        """The first change of the agent's state after an event."""
        return self._agent_changes[self._positions[event.index]][1]

    def last_agent_change(self, event: Event) -> Event | None:
        """The last change of the agent's state before an event."""
        return self._agent_changes[self._positions[event.index]][0]

    @cached_property
    def messages(self) -> list[Message]:
        """The messages that events added, in order of emission."""
        return list(self._messages())

    def messages_of(self, role: str) -> list[Message]:
        """The messages of the user or of the assistant, in order of emission."""
        return [message for message in self.messages if message.role == role]

    def answered_by(self, reply: Message) -> Message | None:
        """The user message that a reply follows.

        In order of creation: a reply is created when it may begin to play, so what the user said
        over it is later, however long the reply goes on.
        """
        spoken = self._user_messages
        before = bisect_right(spoken, reply.created_at, key=lambda message: message.created_at)
        return spoken[before - 1] if before else None

    @cached_property
    def hears_itself(self) -> bool:
        """Whether the bot is a realtime model, which answers before the user's words are known."""
        ours = as_object(self.report.get("parley")) or {}
        return "realtime" in (as_object(ours.get("providers")) or {})

    def is_flushed_at_close(self, message: Message) -> bool:
        """Whether a message was still pending when the call closed, so that nothing answers it.

        A typed and a spoken one may be, and follow each other.
        """
        following = self.following(message.event)
        while following is not None and following.index in self._user_messages_by_event:
            following = self.following(following)
        return following is not None and following.type == CLOSE

    @property
    def is_attached(self) -> bool:
        """Whether it is ours of a bot that somebody else built."""
        ours = as_object(self.report.get("parley")) or {}
        return self.origin is Origin.PARLEY and ours.get("attached") is True

    @cached_property
    def finals(self) -> list[Event]:
        """The final transcripts that say something."""
        return [
            event
            for event in self.of_type(TRANSCRIBED)
            if event.data.get("is_final") is True and (as_text(event.data.get("transcript")) or "")
        ]

    @cached_property
    def history(self) -> list[dict[str, Any]]:
        """The objects of the chat history, in order."""
        return [item for raw in self.raw_history if (item := as_object(raw)) is not None]

    def event_items(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every item that an event holds, with the event's index: messages, calls and outputs."""
        for index, raw in enumerate(self.raw_events):
            data = as_object(raw) or {}
            if data.get("type") == ITEM_ADDED:
                candidates = [data.get("item")]
            elif data.get("type") == TOOLS:
                calls = as_list(data.get("function_calls")) or []
                candidates = calls + (as_list(data.get("function_call_outputs")) or [])
            else:
                continue
            for candidate in candidates:
                if (item := as_object(candidate)) is not None:
                    yield index, item

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {event.index: position for position, event in enumerate(self.events)}

    @cached_property
    def _user_messages(self) -> list[Message]:
        return sorted(self.messages_of("user"), key=lambda message: message.created_at)

    @cached_property
    def _user_messages_by_event(self) -> frozenset[int]:
        return frozenset(message.event.index for message in self._user_messages)

    @cached_property
    def _agent_changes(self) -> list[tuple[Event | None, Event | None]]:
        """For each readable event the agent's change before it and the one after it."""
        before: list[Event | None] = []
        after: list[Event | None] = []
        for changes, events in ((before, self.events), (after, reversed(self.events))):
            latest: Event | None = None
            for event in events:
                changes.append(latest)
                latest = event if event.type == AGENT_STATE else latest
        return list(zip(before, reversed(after), strict=True))

    def _messages(self) -> Iterator[Message]:
        for event in self.of_type(ITEM_ADDED):
            item = as_object(event.data.get("item")) or {}
            item_id, role = as_text(item.get("id")), as_text(item.get("role"))
            created_at = as_number(item.get("created_at"))
            if item.get("type") != "message" or not item_id or not role or created_at is None:
                continue
            metrics = as_object(item.get("metrics")) or {}
            numbers = {key: n for key, raw in metrics.items() if (n := as_number(raw)) is not None}
            yield Message(
                event=event,
                id=item_id,
                role=role,
                text=text_of(item),
                interrupted=item.get("interrupted") is True,
                created_at=created_at,
                metrics=numbers,
                data=item,
            )


def text_of(item: dict[str, Any]) -> str:
    """The text of a message, its parts joined by newlines."""
    return "\n".join(part for part in as_list(item.get("content")) or [] if isinstance(part, str))
