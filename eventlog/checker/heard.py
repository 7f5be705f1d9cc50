"""What a user's message was made of: the final transcripts whose words it has.

Not every transcript gets into a message. What is said over a speech that cannot be interrupted is
dropped, a turn may be refused, and words that come while the turn before is still being looked at
belong to the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eventlog.jsonvalue import as_object, as_text
from eventlog.reader import Origin
from eventlog.view import ITEM_ADDED, TRANSCRIBED, Event, Message, View


@dataclass(frozen=True, slots=True)
class Heard:
    """A spoken message and the finals that could be in it; `fits` if its text is made of them."""

    message: Message
    finals: list[Event]
    fits: bool


def heard(view: View) -> Iterator[Heard]:
    """Every message that was spoken, in order of emission; typed text has no transcript."""
    messages = {message.event.index: message for message in view.messages_of("user")}
    finals: list[Event] = []
    for event in view.of_type(TRANSCRIBED, ITEM_ADDED):
        if event.type == TRANSCRIBED and event.data.get("is_final") is True:
            finals.append(event)
        elif (message := messages.get(event.index)) is not None and not message.typed:
            possible = _possible(view, message, finals)
            fitting = next((some for some in possible if _fits(view, message, some)), None)
            made_of = finals if fitting is None else fitting
            yield Heard(message, made_of, fitting is not None)
            finals = finals[len(made_of) :]


def _possible(view: View, message: Message, finals: list[Event]) -> Iterator[list[Event]]:
    """Which of the finals may be in it, the likeliest first."""
    # A realtime model ends a turn before its words are there.
    ended = None if view.hears_itself else message.turn_ended_at
    if view.origin is Origin.PARLEY and ended is not None:
        yield [final for final in finals if final.at <= ended]
    yield finals
    if view.origin is Origin.PARLEY and ended is None:
        # Words without speech do not tell when their turn ended.
        yield from (finals[:count] for count in range(len(finals) - 1, 0, -1))


def _fits(view: View, message: Message, finals: list[Event]) -> bool:
    texts = ((as_text(final.data.get("transcript")) or "").strip() for final in finals)
    spoken, said = " ".join(text for text in texts if text), message.text.strip()
    options = as_object(view.report.get("options")) or {}
    drops = options.get("allow_interruptions") is False or view.origin is Origin.PARLEY
    return not spoken or said == spoken or (drops and f" {spoken}".endswith(f" {said}"))
