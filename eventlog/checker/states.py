"""Rules on the states of agent and user, and on the events around their changes."""

from __future__ import annotations

from collections.abc import Iterator

from eventlog.checker.rules import DUMP_LINE, Fault, rule
from eventlog.checker.view import AGENT_STATE, FALSE_INTERRUPTION, USER_STATE, Event, View

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
    """The next change of its state, if there is one: what is pending at close gets no answer."""
    for message in view.messages_of("user"):
        change = view.next_agent_change(message.event)
        if change is None or _already_thinking(view, message.event):
            continue
        if change.transition[1] != "thinking":
            what = f"the agent goes to {change.transition[1]!r:.60} after the user's message"
            yield Fault(what, change.index, message.id)


@rule("I41", "A user's message is directly followed by a change of the agent's state.")
def answered_at_once(view: View) -> Iterator[Fault]:
    """Except what was pending when the call closed, which the close follows."""
    for message in view.messages_of("user"):
        following = view.following(message.event)
        if _already_thinking(view, message.event) or view.is_flushed_at_close(message):
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
    """From listening to speaking, or to thinking when no sound had been played yet."""
    for event in view.of_type(FALSE_INTERRUPTION):
        previous = view.previous(event)
        if event.data.get("resumed") is not True:
            continue
        resumed = (
            previous is not None
            and previous.type == AGENT_STATE
            and previous.transition in {("listening", "speaking"), ("listening", "thinking")}
        )
        if not resumed:
            yield Fault("no return of the agent to speaking comes directly before", event.index)


@rule(
    "I39",
    "An interruption was not false if the user was understood.",
    origins=DUMP_LINE,
    why="the newer line pauses a pending reply without a change of state, so its start is unknown",
)
def false_interruptions_are_silent(view: View) -> Iterator[Fault]:
    """No final transcript with text between the agent's pause and the false interruption."""
    finals = iter(view.finals)
    final = next(finals, None)
    paused: Event | None = None
    heard: Event | None = None
    for event in view.events:
        if event is final:
            heard, final = event, next(finals, None)
        elif event.type == AGENT_STATE and event.transition[1] == "listening":
            paused, heard = event, None
        elif event.type == FALSE_INTERRUPTION and paused is not None and heard is not None:
            yield Fault(f"a final transcript (event {heard.index}) came before it", event.index)


def _already_thinking(view: View, event: Event) -> bool:
    last = view.last_agent_change(event)
    return last is not None and last.transition[1] == "thinking"


def _illegal(event: Event) -> Fault:
    old, new = event.transition
    return Fault(f"from {old!r:.60} to {new!r:.60}", event.index)
