"""A call as exchanges: what the user said, and the reply to it.

Every message of a report is in exactly one exchange, so that tables and traces that are made of
them count nothing twice: a greeting is one without a user, an unanswered turn one without a reply,
and of several replies to one turn the first that has a latency stands with it, the others alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eventlog.jsonvalue import as_object, as_text
from eventlog.timeline.span import Span
from eventlog.timeline.waits import Part, latency_of, told_turns, waits
from eventlog.view import Message, View


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said and what answered it; at least one of the two is there.

    Attributes:
        parts: What the reply waited for, in seconds; they sum to its `e2e_latency`, and there are
            none if it has no latency.
        agent: Who answered, empty if the report does not say.
        providers: Who transcribed, wrote and spoke it, by slot, as far as the report says.
    """

    user: Message | None
    reply: Message | None
    parts: list[Part] = field(default_factory=list[Part])
    agent: str = ""
    providers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def latency(self) -> float | None:
        """How long the user waited for the reply (`e2e_latency`), seconds."""
        return None if self.reply is None else latency_of(self.reply)

    @property
    def created_at(self) -> float:
        """When its first message was made, epoch seconds."""
        message = self.user or self.reply
        assert message is not None
        return message.created_at


def exchanges(view: View, span: Span) -> list[Exchange]:
    """The exchanges of a call, in the order in which their first messages were made."""
    told = told_turns(view)
    replies = view.messages_of("assistant")
    asked = {reply.event.index: _asked(view, reply, told.get(reply.id, {})) for reply in replies}
    answers: dict[int, Message] = {}
    for reply in sorted(replies, key=lambda reply: latency_of(reply) is None):
        if (user := asked[reply.event.index]) is not None:
            answers.setdefault(user.event.index, reply)
    chosen = {reply.event.index for reply in answers.values()}
    pairs = [(user, answers.get(user.event.index)) for user in view.messages_of("user")]
    pairs += [(None, reply) for reply in replies if reply.event.index not in chosen]
    parts = _parts(view, span)
    found = [_exchange(user, reply, parts, told) for user, reply in pairs]
    return sorted(found, key=lambda exchange: exchange.created_at)


def _exchange(
    user: Message | None,
    reply: Message | None,
    parts: dict[int, list[Part]],
    told: dict[str, dict[str, Any]],
) -> Exchange:
    turn = told.get(reply.id, {}) if reply is not None else {}
    return Exchange(
        user,
        reply,
        parts.get(reply.event.index, []) if reply is not None else [],
        as_text(turn.get("agent")) or "",
        {
            slot: name
            for slot, name in (as_object(turn.get("providers")) or {}).items()
            if isinstance(name, str)
        },
    )


def _asked(view: View, reply: Message, turn: dict[str, Any]) -> Message | None:
    """The turn that a reply answers: as the report tells it, else the one before it."""
    named = as_text(turn.get("user_item"))
    users = view.messages_of("user") if named else []
    return next((user for user in users if user.id == named), None) or view.answered_by(reply)


def _parts(view: View, span: Span) -> dict[int, list[Part]]:
    """The parts of each reply's latency, by the reply's event."""
    # `waits` says of each latency on which line its reply stands; here that is the event itself.
    events = {event.index: event.index for event in view.events}
    return {wait["line"]: wait["parts"] for wait in waits(view, span, events)}
