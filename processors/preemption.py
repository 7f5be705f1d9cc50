"""The reply that is begun before the user's turn is over (the report's `preemptive_generation`).

Two processors share it. The strategy that ends turns begins a reply at a final transcript and
confirms it at the end of the turn; the gate before the LLM lets the confirmed reply out when the
turn's hook has left it valid. Pipecat's LLM services hold the reply until then, discard it when it
is withdrawn, and withdraw it themselves rather than run a tool (`SpeculationGate`).
"""

from __future__ import annotations

from enum import Enum

from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.turns.types import UserTurnSpeculation

from processors.floor import Floor
from processors.running_transcript import RunningTranscript


class _State(Enum):
    NONE = "none"
    BEGUN = "begun"
    CONFIRMED = "confirmed"


class Preemption:
    """At most one reply that was begun early, and whether it still may be given.

    Args:
        floor: What the bot is about: no reply is begun early while it has something to say.
        transcript: What the user has said since the last turn.
        context: The LLM's context, which the turn is written to when it ends.
    """

    def __init__(self, floor: Floor, transcript: RunningTranscript, context: LLMContext) -> None:
        self.context = context
        self._floor = floor
        self._transcript = transcript
        self._state = _State.NONE
        self._text = ""
        self._asked: LLMContext | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the turn has ended with the words that the reply answers."""
        return self._state is _State.CONFIRMED

    @property
    def answers_all(self) -> bool:
        """Whether the reply that was begun answers just what is final by now."""
        return self._state is _State.BEGUN and self._text == self._transcript.text

    def begin(self, expected: str = "") -> UserTurnSpeculation | None:
        """Return what to ask the LLM now, None if this is not the time.

        Args:
            expected: Words that are not final yet, but will probably be the next that are.
        """
        text = " ".join(filter(None, [self._transcript.text, expected]))
        # While a cut reply is on its way into the context, the LLM would not know of it.
        if not text or self._floor.busy or self._floor.settling:
            return None
        self._state, self._text, self._asked = _State.BEGUN, text, None
        return UserTurnSpeculation(text=text)

    def confirm(self) -> bool:
        """The turn has ended: tell whether the reply begun early answers these words."""
        if self._state is not _State.BEGUN or self._text != self._transcript.text:
            return False
        self._state = _State.CONFIRMED
        return True

    def withdraw(self) -> bool:
        """Give the reply up, unless it is confirmed; tell whether there was one."""
        if self._state is not _State.BEGUN:
            return False
        self._state = _State.NONE
        return True

    def asked(self, context: LLMContext) -> None:
        """The LLM was given this context to begin the reply."""
        self._asked = context

    def cancel(self) -> None:
        """Everything under way was called off."""
        self._state, self._asked = _State.NONE, None

    def refused(self) -> None:
        """The LLM will not give the reply: a turn that has ended with it is to be asked anew."""
        if self._state is _State.BEGUN:
            self._state = _State.NONE
        self._asked = None

    def settle(self) -> bool:
        """The turn's hook has run: tell whether the reply still fits what the LLM is to know."""
        self._state = _State.NONE
        asked, self._asked = self._asked, None
        return (
            asked is not None
            and asked.get_messages() == self.context.get_messages()
            and asked.tools == self.context.tools
        )
