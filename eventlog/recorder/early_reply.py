"""The reply that is begun before the user's turn is certain to be over.

It is announced when the LLM is asked, and that stays in the log even if the reply is never given
(so LiveKit has it). Nothing else of it shows before a turn has been completed with it.
"""

from __future__ import annotations

from eventlog.recorder.agent_events import AgentEvents
from eventlog.recorder.speech import Speech, Utterance
from eventlog.recorder.utterances import Utterances
from eventlog.signals import SpeechSource


class EarlyReply:
    """At most one reply that may never be given.

    Args:
        events: Where it is announced.
        utterances: Where it waits, and where it goes when it is let out.
    """

    def __init__(self, events: AgentEvents, utterances: Utterances) -> None:
        self._events = events
        self._utterances = utterances

    @property
    def begun_at(self) -> float | None:
        """When the LLM was asked for it (epoch seconds), None if there is none."""
        attempt = self._utterances.attempt
        return None if attempt is None else attempt.requested_at

    def begin(self, at: float) -> None:
        """Announce a reply, in place of an earlier one of that kind."""
        self.discard()
        speech = self._events.speech(SpeechSource.GENERATE_REPLY, at, user_initiated=True)
        self._utterances.attempt = Utterance(speech, at, requested_at=at)

    def release(self, at: float) -> Utterance | None:
        """Let it out to be spoken, from `at` on (epoch seconds), and return it."""
        utterance, self._utterances.attempt = self._utterances.attempt, None
        if utterance is not None:
            utterance.created_at = utterance.released_at = at
            self._utterances.add(utterance)
        return utterance

    def discard(self) -> None:
        """Forget it; tools that it asked for belong to no reply."""
        attempt, self._utterances.attempt = self._utterances.attempt, None
        if attempt is not None:
            attempt.speech.batch = None

    def withdraw(self) -> Speech | None:
        """Forget it even if it has just been let out, and return the speech that is still owed.

        The LLM may find only when the turn is over that it cannot answer early: it wants a tool,
        which it may not use before.
        """
        if self._utterances.attempt is not None:
            self.discard()
            return None
        released = self._utterances.first(
            lambda u: (
                u.released_at is not None and u.first_audio_at is None and u.started_at is None
            )
        )
        if released is None:
            return None
        self._utterances.remove(released)
        released.speech.batch = None
        return released.speech
