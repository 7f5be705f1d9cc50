"""Rules on the times and delays inside messages, and on how they agree with the events."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from eventlog.checker.heard import heard
from eventlog.checker.rules import DUMP_LINE, Fault, rule
from eventlog.jsonvalue import as_number, as_object
from eventlog.reader import Origin
from eventlog.view import (
    AGENT_STATE,
    FALSE_INTERRUPTION,
    ITEM_ADDED,
    SPEECH,
    USER_STATE,
    Event,
    Message,
    View,
)

EXACT = 1e-6
"""Two epoch times subtracted: what a float of this size cannot hold, seconds."""
CLOCK = 1e-3
"""Two readings of the clock for what is one moment, seconds."""
ENDPOINTING_SLACK = 0.020
"""How much earlier than `min_endpointing_delay` a timer may fire, seconds."""
TRANSCRIPT_SLACK = 0.1
"""How much later than its event a final transcript may be booked, seconds."""
ANNOUNCEMENT_SLACK = 0.25
"""How much later than its first sound a reply may be announced as speaking, seconds."""


@rule("I16", "Speech starts before it stops.")
def starts_before_it_stops(view: View) -> Iterator[Fault]:
    """`started_speaking_at` against `stopped_speaking_at`."""
    for message in view.messages:
        if message.started is not None and message.stopped is not None:
            yield from _late(message, "its start", message.started, "its stop", message.stopped)


@rule("I18", "The latency of a reply is its start minus the stop of what it answers.")
def latency_is_the_difference(view: View) -> Iterator[Fault]:
    """`e2e_latency`, to a microsecond."""
    for reply, latency in _answers(view):
        asked = view.answered_by(reply)
        if asked is None or asked.stopped is None or reply.started is None:
            yield _fault(reply, "an e2e_latency, but no spoken turn and start to measure between")
        elif abs(reply.started - asked.stopped - latency) > EXACT:
            difference = reply.started - asked.stopped
            yield _fault(reply, f"e2e_latency is {latency:.6f}, the times say {difference:.6f}")


@rule("I40", "No reply is heard before the user has stopped.")
def latency_is_positive(view: View) -> Iterator[Fault]:
    """`e2e_latency` from 0."""
    for reply, latency in _answers(view):
        if latency < 0:
            yield _fault(reply, f"e2e_latency is {latency:.6f}")


@rule("I19", "A turn ends when its transcript is there, not before.")
def turn_ends_after_transcript(view: View) -> Iterator[Fault]:
    """`end_of_turn_delay` against `transcription_delay`; a realtime model waits for no words."""
    for message in [] if view.hears_itself else view.messages_of("user"):
        end = message.metrics.get("end_of_turn_delay")
        transcript = message.metrics.get("transcription_delay")
        if end is not None and transcript is not None and end < transcript - EXACT:
            yield _fault(message, f"end_of_turn_delay {end:.6f} < {transcript:.6f}")


@rule("I20", "No turn ends before the shortest endpointing delay.")
def endpointing_is_waited_for(view: View) -> Iterator[Fault]:
    """`end_of_turn_delay` against `min_endpointing_delay`, less 20 ms."""
    options = as_object(view.report.get("options")) or {}
    shortest = as_number(options.get("min_endpointing_delay"))
    for message in view.messages_of("user"):
        end = message.metrics.get("end_of_turn_delay")
        if shortest is not None and end is not None and end < shortest - ENDPOINTING_SLACK:
            yield _fault(message, f"end_of_turn_delay {end:.6f}, min_endpointing_delay {shortest}")


@rule("I25", "A reply is logged when it has ended.")
def logged_after_the_end(view: View) -> Iterator[Fault]:
    """`stopped_speaking_at` of the reply against its event."""
    for reply in view.messages_of("assistant"):
        if reply.stopped is not None:
            yield from _late(reply, "its stop", reply.stopped, "its event", reply.event.at)


@rule(
    "I26",
    "The agent is announced as speaking within 0.25 s of its first sound.",
    origins=DUMP_LINE,
    why="in the newer line it is known for no run",
)
def announced_when_heard(view: View) -> Iterator[Fault]:
    """The first change to speaking that leads to a reply, against the reply's start.

    A reply may have been paused before its first sound. LiveKit 1.3 announces it when it lifts the
    pause, seconds before there is sound; that one is left out. We announce it when sound is ready,
    which is up to 0.25 s before, or after if its first sound escaped the pause.
    """
    changes: list[Event] = []
    replies = {reply.event.index: reply for reply in view.messages_of("assistant")}
    for event in view.of_type(AGENT_STATE, ITEM_ADDED):
        if event.type == AGENT_STATE:
            changes.append(event)
        elif (reply := replies.get(event.index)) is not None:
            speaking = _announcement(changes, reply)
            if speaking is not None and reply.started is not None:
                yield from _unannounced(view, reply, speaking, speaking.at - reply.started)
            changes.clear()


@rule("I32", "A generated reply is made before it is heard.")
def made_before_heard(view: View) -> Iterator[Fault]:
    """`created_at` against `started_speaking_at`; a `say` is made when it ends."""
    for reply in view.messages_of("assistant"):
        if "llm_node_ttft" in reply.metrics and reply.started is not None:
            yield from _late(reply, "the reply", reply.created_at, "its start", reply.started)


@rule("I33", "A user's message is made after they have stopped speaking.")
def made_after_speech(view: View) -> Iterator[Fault]:
    """`stopped_speaking_at` against `created_at`.

    A reply that is begun early makes the message when it asks the LLM, which may be before the last
    sound of a word that was already understood; its speech is created at that moment.
    """
    speeches = sorted(event.at for event in view.of_type(SPEECH))
    for message in view.messages_of("user"):
        if message.stopped is None:
            continue
        place = bisect_left(speeches, message.created_at)
        if place < len(speeches) and speeches[place] <= message.stopped:
            continue
        yield from _late(message, "the stop", message.stopped, "the item", message.created_at)


@rule("I35", "The delays of a user's turn lead to its last transcript and its end.")
def delays_agree_with_events(view: View) -> Iterator[Fault]:
    """Each delay, added to the stop of speech, against the events it stands for.

    The last final transcript comes up to 0.1 s before it is booked; a delay of 0 says that it came
    before the speech stopped. The turn ends after the last final and after the user is listening,
    and its event comes after the end of the turn and the hook. A realtime model ends the turn
    without words and by a silence of its own.
    """
    for turn in _user_turns(view):
        message, stopped = turn.message, turn.message.stopped
        if stopped is None:
            continue
        delay = message.metrics.get("transcription_delay")
        if delay and turn.final is not None:
            booked = stopped + delay - turn.final
            if not -CLOCK <= booked <= TRANSCRIPT_SLACK:
                yield _fault(message, f"transcription_delay is {booked:+.6f} s off its last final")
        end = message.metrics.get("end_of_turn_delay")
        if end is None:
            continue
        ended = stopped + end
        if turn.final is not None and not view.hears_itself:
            yield from _late(message, "the last final", turn.final, "the end of turn", ended)
        if turn.listening is not None and not view.hears_itself:
            yield from _late(message, "user listening", turn.listening, "the end of turn", ended)
        hooked = ended + message.metrics.get("on_user_turn_completed_delay", 0.0)
        yield from _late(message, "the end of turn and hook", hooked, "its event", message.event.at)


@rule("I36", "A reply is made after the message it answers was added.")
def made_after_the_question(view: View) -> Iterator[Fault]:
    """`created_at` of a reply with a latency, against the event of the user's message.

    A realtime model answers what has no words yet; the question itself is made before.
    """
    for reply, _ in _answers(view):
        asked = view.answered_by(reply)
        if asked is not None:
            at = asked.created_at if view.hears_itself else asked.event.at
            yield from _late(reply, "its question", at, "the reply", reply.created_at)


class _UserTurn(NamedTuple):
    message: Message
    final: float | None
    listening: float | None


def _user_turns(view: View) -> Iterator[_UserTurn]:
    """Each spoken message with its last final, and the user's last return to listening from it."""
    finals = {event.index for event in view.finals}
    spoken = {turn.message.event.index: turn for turn in heard(view)}
    stretches: list[tuple[float, float]] = []
    began: float | None = None
    for event in view.of_type(USER_STATE, ITEM_ADDED):
        if event.type == USER_STATE and event.transition[1] == "speaking":
            began = event.at
        elif event.type == USER_STATE and event.transition == ("speaking", "listening"):
            stretches.append((event.at if began is None else began, event.at))
        elif (turn := spoken.get(event.index)) is not None:
            at = [final.at for final in turn.finals if final.index in finals]
            silent = _silent_from(turn.message, stretches)
            yield _UserTurn(turn.message, at[-1] if at else None, silent)
            stretches.clear()


def _silent_from(message: Message, stretches: list[tuple[float, float]]) -> float | None:
    # What began when the turn was over, while its hook was running, is no part of it.
    ended = message.turn_ended_at
    ends = [end for began, end in stretches if ended is None or began <= ended]
    return ends[-1] if ends else None


def _answers(view: View) -> Iterator[tuple[Message, float]]:
    for reply in view.messages_of("assistant"):
        if (latency := reply.metrics.get("e2e_latency")) is not None:
            yield reply, latency


def _announcement(changes: list[Event], reply: Message) -> Event | None:
    """The first change to speaking that lasted until the reply began.

    One that ended before is of a speech that was cut before a word.
    """
    speaking: Event | None = None
    for change in changes:
        if change.transition[1] == "speaking":
            speaking = speaking or change
        elif reply.started is None or change.at <= reply.started:
            speaking = None
    return speaking


def _unannounced(view: View, reply: Message, speaking: Event, after: float) -> Iterator[Fault]:
    if (following := view.following(speaking)) and following.type == FALSE_INTERRUPTION:
        fits = view.origin is Origin.LIVEKIT_1_3 or after > -ANNOUNCEMENT_SLACK
    else:
        fits = -EXACT <= after < ANNOUNCEMENT_SLACK
    if not fits:
        what = f"announced {after:+.6f} s after its first sound"
        yield Fault(what, speaking.index, reply.id)


def _late(
    message: Message, first: str, earlier: float, second: str, later: float
) -> Iterator[Fault]:
    if earlier > later + CLOCK:
        yield _fault(message, f"{first} is {earlier - later:.6f} s after {second}")


def _fault(message: Message, what: str) -> Fault:
    return Fault(what, message.event.index, message.id)
