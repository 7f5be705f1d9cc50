"""Where the two sides meet: a user's turn is handed on, and a reply of the bot answers it.

Neither side knows of the other. Which reply is whose answer depends on how the turn came to an end
(spoken and completed by its hook, typed, heard by a realtime model whose words come later), and on
whether a reply was begun before that end.
"""

from __future__ import annotations

from eventlog.recorder.agent_side import AgentSide
from eventlog.recorder.serving import Serving
from eventlog.recorder.speech import Speech
from eventlog.recorder.user_side import UserSide
from eventlog.signals import (
    ReplyRequested,
    TextReceived,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnHeard,
)


class Answering:
    """Folds the signals that concern both sides.

    Args:
        user: Where the turn is.
        agent: Where the reply is.
        serving: Who serves each slot, for the record of the turn.
    """

    def __init__(self, user: UserSide, agent: AgentSide, serving: Serving) -> None:
        self._user = user
        self._agent = agent
        self._serving = serving

    def text_received(self, signal: TextReceived) -> None:
        """Typed text is a turn, and its reply is announced at once."""
        self._user.text_received(signal)
        self._agent.due.announce_typed(signal.at)

    def turn_heard(self, signal: UserTurnHeard) -> None:
        """A realtime model answers a turn whose words are still to come."""
        self._agent.playback.settle(signal.at, cut=False)
        self._user.turn_heard(signal.at, self._agent.answer_unasked(signal.at))

    def turn_completed(self, signal: UserTurnCompleted) -> None:
        """The turn's hook has run: it is answered, or it was refused."""
        user, agent = self._user, self._agent
        if signal.refused:
            agent.early.discard()
            user.turn_refused()
            return
        if user.pending is None:
            return
        if user.pending.heard is not None:
            self._words_came(signal, user.pending.heard.speech)
            return
        agent.playback.settle(signal.at, cut=False)
        begun_at = agent.early.begun_at if signal.preempted else None
        if begun_at is None:
            self._announce(signal.at, typed=user.pending.typed)
        answered = user.commit(signal.at, signal.hook, made_at=begun_at)
        if answered is None:
            return
        answered.stt = self._serving.who("stt")
        if begun_at is not None:
            agent.answer_early(answered, signal.at)
            return
        agent.answer(answered, signal.at)
        if signal.preempted:
            # Of the request that this turn is said to have been answered by nothing was told.
            agent.reply_requested(ReplyRequested(at=signal.at))

    def turn_dropped(self, signal: UserTurnDropped) -> None:
        """What was said belongs to no turn; nor does a reply that was begun to it."""
        self._user.turn_dropped(signal.at)
        if self._user.pending is None:
            self._agent.early.discard()

    def _announce(self, at: float, *, typed: bool) -> None:
        self._agent.early.discard()
        if typed:
            self._agent.due.typed_is_next()
        else:
            self._agent.due.announce(at)

    def _words_came(self, signal: UserTurnCompleted, speech: Speech) -> None:
        answered = self._user.commit(signal.at, signal.hook)
        if answered is not None:
            answered.realtime = self._serving.who("realtime")
            speech.answers = answered
