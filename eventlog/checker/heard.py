"""What a user's message was made of: the final transcripts whose words it has.

Not every transcript gets into a message. What is said over a speech that cannot be interrupted is
dropped, a turn may be refused, and words that come while the turn before is still being looked at
belong to the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eventlog.checker.view import ITEM_ADDED, TRANSCRIBED, Event, Message, View
from eventlog.jsonvalue import as_object, as_text
from eventlog.reader import Origin


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
            early = _before_the_end(view, message, finals)
            fits = _fits(view, message, early)
            if not fits and len(early) < len(finals):
                early, fits = finals, _fits(view, message, finals)
            yield Heard(message, early, fits)
            finals = finals[len(early) :]


def _before_the_end(view: View, message: Message, finals: list[Event]) -> list[Event]:
    ended = message.turn_ended_at
    if view.origin is not Origin.PARLEY or ended is None:
        return finals
    return [final for final in finals if final.at <= ended]


def _fits(view: View, message: Message, finals: list[Event]) -> bool:
    texts = ((as_text(final.data.get("transcript")) or "").strip() for final in finals)
    spoken, said = " ".join(text for text in texts if text), message.text.strip()
    options = as_object(view.report.get("options")) or {}
    drops = options.get("allow_interruptions") is False or view.origin is Origin.PARLEY
    return not spoken or said == spoken or (drops and f" {spoken}".endswith(f" {said}"))
