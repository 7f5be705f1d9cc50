"""Rules on who said what: transcripts, user messages, speeches and replies."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from eventlog.checker.heard import heard
from eventlog.checker.rules import Fault, rule
from eventlog.checker.shapes import metrics_shape
from eventlog.jsonvalue import as_object
from eventlog.reader import Origin
from eventlog.view import SPEECH, TOOLS, Message, View

KNOWN_ROLES = ("user", "assistant")
SEEN_BY_VAD = frozenset(
    {"started_speaking_at", "stopped_speaking_at", "transcription_delay", "end_of_turn_delay"}
)
"""The metrics of a user's turn that need both speech and a final transcript."""


@rule("I17", "A message has the metrics of its role, and no others.")
def metrics_of_the_role(view: View) -> Iterator[Fault]:
    """What the VAD saw of a user's turn comes together or not at all.

    LiveKit 1.3 gives words that came without speech a transcription delay of 0.
    """
    for message in view.messages:
        metrics: dict[str, Any] = as_object(message.data.get("metrics")) or {}
        if message.role in KNOWN_ROLES:
            allowed = metrics_shape(message.role, view.origin)
            for key in metrics:
                if key not in allowed:
                    what = f"`{key[:60]}` is no metric of the role {message.role}"
                    yield Fault(what, message.event.index, message.id)
        found = SEEN_BY_VAD & set(metrics)
        if view.origin is Origin.LIVEKIT_1_3 and metrics.get("transcription_delay") == 0:
            unseen = len(found) == 1
        else:
            unseen = not found
        if message.role == "user" and not unseen and found < SEEN_BY_VAD:
            missing = ", ".join(sorted(SEEN_BY_VAD - found))
            yield Fault(f"without {missing}", message.event.index, message.id)


@rule("I21", "A user's message is what was transcribed since the last one.")
def said_what_was_heard(view: View) -> Iterator[Fault]:
    """Final transcripts joined by a space. Typed text has none.

    While speeches cannot be interrupted, what is said over them is dropped, so that then the
    message may begin at any of the transcripts. So it may in our reports: one speech alone may be
    of that kind, and a hook can refuse a turn that was heard. There too, words that came after the
    end of the turn, while its hook was running, are the next one's.
    """
    for spoken in heard(view):
        if not spoken.fits:
            message = spoken.message
            yield Fault("its text is not what the finals say", message.event.index, message.id)


@rule("I22", "Each reply belongs to a speech, or follows a tool of one.")
def replies_have_speeches(view: View) -> Iterator[Fault]:
    """No more assistant messages than speeches and tool steps: a tool may have a preamble."""
    speeches = len(view.of_type(SPEECH))
    steps = len(view.of_type(TOOLS))
    replies = view.messages_of("assistant")
    if len(replies) > speeches + steps:
        what = f"{len(replies)} replies, {speeches} speeches and {steps} tool steps"
        yield Fault(what, replies[-1].event.index, replies[-1].id)


@rule("I34", "The speech that answers a user's message is created with that message.")
def speech_with_the_message(view: View) -> Iterator[Fault]:
    """After the message is made and before its event; what is flushed at close is not answered."""
    speeches = [event.at for event in view.of_type(SPEECH)]
    in_order = sorted(speeches)
    for message in view.messages_of("user"):
        if not view.is_flushed_at_close(message) and not _any_between(in_order, message):
            what = "no speech was created between this message and its event"
            yield Fault(what, message.event.index, message.id)


def _any_between(times: list[float], message: Message) -> bool:
    place = bisect_left(times, message.created_at)
    return place < len(times) and times[place] <= message.event.at
