"""The replies that are due: announced, or to be gone on with, before there is anything of them.

A reply is told of when it is asked for, and the request to the LLM comes later: after the hook,
after what typed text cuts, after the tools. When a request comes, it is for one of these.
"""

from __future__ import annotations

from eventlog.recorder.agent_events import AgentEvents
from eventlog.recorder.speech import AnsweredTurn, Speech
from eventlog.recorder.tools import ToolSide
from eventlog.signals import ReplyRequested, SpeechSource


class DueReplies:
    """At most one reply of each kind that is due.

    Args:
        events: Where a reply is announced.
        tools: What a reply may wait for.

    Attributes:
        announced: The reply that was announced and whose LLM request is still to come.
        continuing: The reply that waits for its tools and will ask the LLM again.
    """

    def __init__(self, events: AgentEvents, tools: ToolSide) -> None:
        self._events = events
        self._tools = tools
        self.announced: Speech | None = None
        self.continuing: Speech | None = None
        # The announced one for typed text, which first cuts whatever the bot is about.
        self._typed: Speech | None = None

    def announce(self, at: float) -> Speech:
        """Announce a reply, whose LLM request follows, and return it."""
        self.announced = self._reply(at)
        return self.announced

    def announce_typed(self, at: float) -> None:
        """Announce the reply to typed text; it comes when the bot has been cut."""
        self._typed = self._reply(at)

    def typed_is_next(self) -> None:
        """The reply to the latest typed text is what comes next."""
        self.announced, self._typed = self._typed, None

    def answer(self, turn: AnsweredTurn) -> None:
        """Name the turn that the announced reply answers."""
        if self.announced is not None:
            self.announced.answers = turn

    def take(self, signal: ReplyRequested) -> Speech:
        """Return the reply that the LLM was asked for: a due one, or one out of the blue."""
        speech = self._continued() if signal.continues else None
        speech = speech or self.announced
        if speech is None:
            speech = self._reply(signal.at, user_initiated=signal.user_initiated)
        self.drop()
        return speech

    def drop(self) -> None:
        """Nothing is due any more but the reply to typed text, which is to come after a cut."""
        self.announced = self.continuing = None

    def _continued(self) -> Speech | None:
        if self.continuing is not None:
            return self.continuing
        return next(
            (b.speech for b in self._tools.settled if b.speech and b.speech.batch is b), None
        )

    def _reply(self, at: float, *, user_initiated: bool = True) -> Speech:
        return self._events.speech(SpeechSource.GENERATE_REPLY, at, user_initiated=user_initiated)
