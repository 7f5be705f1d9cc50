"""Rules on the states of agent and user, and on the events around their changes."""

from __future__ import annotations

from collections.abc import Iterator

from eventlog.checker.rules import DUMP_LINE, Fault, rule
from eventlog.jsonvalue import as_number, as_object, as_text
from eventlog.reader import Origin
from eventlog.view import (
    AGENT_STATE,
    FALSE_INTERRUPTION,
    SPEECH,
    USER_STATE,
    Event,
    View,
)

AGENT_TRANSITIONS = {
    ("listening", "thinking"),
    ("listening", "speaking"),
    ("thinking", "speaking"),
    ("thinking", "listening"),
    ("speaking", "listening"),
    ("speaking", "thinking"),
}
USER_TRANSITIONS = {
    ("listening", "speaking"),
    ("speaking", "listening"),
    ("listening", "away"),
    ("away", "speaking"),
    ("away", "listening"),
}


@rule("I03", "Each change of state starts from the state of the change before it.")
def chained_states(view: View) -> Iterator[Fault]:
    """The user starts listening; where the agent starts is I04."""
    user = "listening"
    agent: str | None = None
    for event in view.of_type(AGENT_STATE, USER_STATE):
        old, new = event.transition
        expected = agent if event.type == AGENT_STATE else user
        if expected is not None and old != expected:
            yield Fault(f"from {old!r:.60}, but the state was {expected!r:.60}", event.index)
        elif old == new:
            yield Fault(f"from {old!r:.60} to itself", event.index)
        if event.type == AGENT_STATE:
            agent = new
        else:
            user = new


@rule("I04", "The agent's first change is from initializing to listening.")
def agent_starts_listening(view: View) -> Iterator[Fault]:
    """A call that failed before it began has no change at all."""
    first = next(iter(view.of_type(AGENT_STATE)), None)
    if first is not None and first.transition != ("initializing", "listening"):
        old, new = first.transition
        yield Fault(f"{old!r:.60} to {new!r:.60} comes first", first.index)


@rule("I29", "The agent changes state only in the ways that exist.")
def legal_agent_changes(view: View) -> Iterator[Fault]:
    """`idle` is declared by the schema and never reached; self-loops are I03."""
    for event in view.of_type(AGENT_STATE)[1:]:
        _, new = event.transition
        if event.transition[0] != new and event.transition not in AGENT_TRANSITIONS:
            yield _illegal(event)


@rule("I30", "The user changes state only in the ways that exist.")
def legal_user_changes(view: View) -> Iterator[Fault]:
    """Nobody goes away while speaking."""
    for event in view.of_type(USER_STATE):
        old, new = event.transition
        if old != new and event.transition not in USER_TRANSITIONS:
            yield _illegal(event)


@rule("I23", "After a user's message the agent thinks.")
def thinks_after_the_user(view: View) -> Iterator[Fault]:
    """The next change of its state, if there is one: what is pending at close gets no answer.

    Ours may still be speaking then, see I41, and thinks when it is done.
    """
    for message in view.messages_of("user"):
        change = view.next_agent_change(message.event)
        if change is None or _is_occupied(view, message.event):
            continue
        if change.transition[1] != "thinking":
            what = f"the agent goes to {change.transition[1]!r:.60} after the user's message"
            yield Fault(what, change.index, message.id)


@rule("I41", "A user's message is directly followed by a change of the agent's state.")
def answered_at_once(view: View) -> Iterator[Fault]:
    """Except what was pending when the call closed, which the close follows.

    LiveKit adds the message when the reply to it may begin. We add it when it is handed on, which
    may be during a speech that nothing interrupts, or that the turn's own hook asked for. A
    realtime model has begun to answer, and may even have been cut off, when the words come.
    """
    for message in [] if view.hears_itself else view.messages_of("user"):
        following = view.following(message.event)
        if _is_occupied(view, message.event) or view.is_flushed_at_close(message):
            continue
        if following is None or following.type != AGENT_STATE:
            what = following.type[:60] if following else "nothing"
            yield Fault(f"{what} follows the user's message", message.event.index, message.id)


@rule("I24", "A message the agent said to the end is in the log before the agent stops speaking.")
def said_before_it_stops(view: View) -> Iterator[Fault]:
    """So the next change of its state starts from speaking."""
    for message in view.messages_of("assistant"):
        change = view.next_agent_change(message.event)
        if not message.interrupted and change is not None and change.transition[0] != "speaking":
            what = f"the agent was {change.transition[0]!r:.60} when its message was added"
            yield Fault(what, message.event.index, message.id)


@rule(
    "I28",
    "A resumed false interruption directly follows the agent's return to what it was doing.",
    origins=DUMP_LINE,
    why="the newer line also resumes a reply that noise held back before it was heard",
)
def resumes_after_a_pause(view: View) -> Iterator[Fault]:
    """From listening to speaking, or to thinking when no sound had been played yet.

    Our agent goes on listening if there is neither: what was held may be waiting for its voice, or
    have come to nothing.
    """
    for event in view.of_type(FALSE_INTERRUPTION):
        previous = view.previous(event)
        if event.data.get("resumed") is not True or _listens_on(view, event):
            continue
        if previous is None or not _is_return(previous):
            yield Fault("no return of the agent to speaking comes directly before", event.index)


@rule(
    "I39",
    "An interruption was not false if the user was understood.",
    origins=DUMP_LINE,
    why="the newer line pauses a pending reply without a change of state, so its start is unknown",
)
def false_interruptions_are_silent(view: View) -> Iterator[Fault]:
    """No final transcript with text between the agent's pause and the false interruption.

    Words that are fewer than `min_interruption_words` interrupt nothing and are waited on. In our
    reports a text that waits for its voice can be paused, which shows in no change of state: that
    pause is not before the text was asked for.
    """
    options = as_object(view.report.get("options")) or {}
    least = as_number(options.get("min_interruption_words")) or 0
    finals = {event.index for event in view.finals}
    paused, words, heard = False, 0, None
    for event in view.events:
        if event.index in finals:
            words += len((as_text(event.data.get("transcript")) or "").split())
            heard = event if words >= least else heard
        elif _may_be_held_from(view, event):
            paused, words, heard = True, 0, None
        elif event.type == FALSE_INTERRUPTION and paused and heard and not _listens_on(view, event):
            yield Fault(f"a final transcript (event {heard.index}) came before it", event.index)


def _may_be_held_from(view: View, event: Event) -> bool:
    if event.type == AGENT_STATE:
        return event.transition[1] == "listening"
    is_say = event.type == SPEECH and event.data.get("source") == "say"
    return is_say and view.origin is Origin.PARLEY


def _is_return(event: Event) -> bool:
    return event.transition in {("listening", "speaking"), ("listening", "thinking")}


def _listens_on(view: View, event: Event) -> bool:
    """Whether our agent was resumed and has nothing to say or to think about."""
    last = view.last_agent_change(event)
    listens = last is not None and last.transition[1] == "listening"
    return listens and view.origin is Origin.PARLEY and event.data.get("resumed") is True


def _is_occupied(view: View, event: Event) -> bool:
    """Whether the agent is thinking already, or, in our reports, speaking."""
    last = view.last_agent_change(event)
    state = None if last is None else last.transition[1]
    return state == "thinking" or (state == "speaking" and view.origin is Origin.PARLEY)


def _illegal(event: Event) -> Fault:
    old, new = event.transition
    return Fault(f"from {old!r:.60} to {new!r:.60}", event.index)
