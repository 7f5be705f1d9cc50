"""What the recorder makes of the user: states, transcripts, and the item of each turn."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from eventlog.events import (
    ConversationItemAdded,
    UserInputTranscribed,
    UserState,
    UserStateChanged,
)
from eventlog.items import Message, UserMetrics
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.speech import AnsweredTurn, Speech
from eventlog.recorder.timeline import Timeline
from eventlog.recorder.user_turn import UserTurn, answered_from
from eventlog.signals import (
    TextReceived,
    Transcribed,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnEnded,
)

# Seconds after which an STT that heard words has said which they are; older ones were none.
_FINAL_DUE = 2.0
# Seconds after which a realtime model has sent the words of a turn that it is answering, or never.
_WORDS_DUE = 10.0
# Seconds for which a VAD may hold on to speech that is over.
_HOLD = 0.5


@dataclass
class HeardTurn:
    """A turn that a realtime model is answering with `speech` since `at`; its words are to come."""

    turn: UserTurn
    at: float
    speech: Speech


@dataclass
class EndedTurn:
    """A turn that is over and waits to be handed on: it was typed, or its hook still runs.

    `heard` is what is known of one that is being answered already.
    """

    turn: UserTurn
    text: str
    at: float
    typed: bool = False
    heard: HeardTurn | None = None

    def followed_by(self, later: EndedTurn) -> EndedTurn:
        """Return the one turn that this one and `later` are, because nothing came between."""
        turn = self.turn.followed_by(later.turn)
        return EndedTurn(turn, f"{self.text} {later.text}", later.at, self.typed)


class UserSide:
    """Folds the user's signals into the timeline."""

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self._ids = ids
        self._turn = UserTurn()
        self.state = UserState.LISTENING
        # What waits to be handed on; a typed turn does not wait for the hook of a spoken one.
        self._typed: EndedTurn | None = None
        self._spoken: EndedTurn | None = None
        self._heard: deque[HeardTurn] = deque()
        self._latest_item_at = 0.0
        # What is being said, as far as it is known, until it is final.
        self._interim: Transcribed | None = None
        self._final_at = 0.0
        self.turns = 0

    @property
    def pending(self) -> EndedTurn | None:
        """The turn that is handed on next."""
        return self._typed or self._spoken

    def speech_started(self, signal: UserSpeechStarted) -> None:
        """The user begins to speak, or comes back from being away."""
        self._turn.speech_started(signal.onset)
        self._become(UserState.SPEAKING, signal.at)

    def speech_stopped(self, signal: UserSpeechStopped) -> None:
        """The user falls silent."""
        self._turn.speech_stopped(signal.end)
        if self._heard:
            # The model may have noticed the silence first.
            heard = self._heard[-1]
            heard.turn.speech_stopped(min(signal.end, heard.at))
        if self.state is UserState.SPEAKING:
            self._become(UserState.LISTENING, signal.at)

    def away(self, at: float) -> None:
        """The user has not been heard for too long."""
        if self.state is UserState.LISTENING:
            self._become(UserState.AWAY, at)

    def transcribed(self, signal: Transcribed) -> None:
        """Words came in; a final one shows that a user thought away is there."""
        if not signal.text.strip():
            if signal.final and self._heard:
                self._heard.popleft()  # it was a sound and no words
            return
        self._interim = None if signal.final else signal
        self._final_at = signal.at if signal.final else self._final_at
        turn = self._heard[0].turn if self._heard else self._turn
        turn.transcribed(signal.at, signal.text, final=signal.final, confidence=signal.confidence)
        if signal.final and self.state is UserState.AWAY:
            self._become(UserState.LISTENING, signal.at)
        self._timeline.tell(
            UserInputTranscribed(
                transcript=signal.text,
                is_final=signal.final,
                speaker_id=signal.speaker,
                language=signal.language,
                created_at=self._timeline.moment(signal.at),
            )
        )

    def text_received(self, signal: TextReceived) -> None:
        """Typed text is a turn of its own: what is being said meanwhile goes on beside it."""
        if self.state is UserState.AWAY:
            self._become(UserState.LISTENING, signal.at)
        turn = EndedTurn(UserTurn(), signal.text, signal.at, typed=True)
        self._typed = self._typed.followed_by(turn) if self._typed else turn

    def turn_ended(self, signal: UserTurnEnded) -> None:
        """The end of turn was declared; its item waits for the hook.

        When the hook of an earlier turn was cut off by this one, to the listener they are one.
        """
        self._interim = None
        if self._heard:
            heard = self._heard.popleft()
            self._spoken = EndedTurn(heard.turn, signal.text, heard.at, heard=heard)
            return
        turn = EndedTurn(self._turn, signal.text, signal.at)
        self._spoken = self._spoken.followed_by(turn) if self._spoken else turn
        self._turn = UserTurn()

    def turn_heard(self, at: float, speech: Speech) -> None:
        """The turn is over and `speech` answers it; words still to come belong to it.

        Those of an earlier one are not waited for any longer than they can take.
        """
        while self._heard and at - self._heard[0].at > _WORDS_DUE:
            self._heard.popleft()
        self._heard.append(HeardTurn(self._turn, at, speech))
        self._turn = UserTurn()

    def turn_dropped(self, at: float) -> None:
        """What was said so far belongs to no turn; one whose end was declared is not meant."""
        self._turn = self._turn.rest_after(at)
        self._interim = None

    def turn_refused(self) -> None:
        """The hook did not want the turn: it leaves no item."""
        self._take_pending()

    def commit(
        self, at: float, hook: float, *, made_at: float | None = None
    ) -> AnsweredTurn | None:
        """Tell the item of the pending turn and return what a reply to it needs to know.

        Args:
            at: When the turn was handed on (epoch seconds).
            hook: Seconds that its hook took; nothing that was typed has one.
            made_at: When the LLM was given the turn, if that was before its end (epoch seconds).
        """
        ended = self._take_pending()
        if ended is None:
            return None
        metrics = UserMetrics() if ended.typed else _metrics(ended, hook)
        item = self._tell_item(ended, metrics, at, ended.at if made_at is None else made_at)
        return AnsweredTurn(item.id, answered_from(metrics), _marks(ended, hook, metrics))

    def close(self, at: float) -> None:
        """Tell what the close of the call overtook (no metrics then).

        That may be a turn whose hook still runs, words whose turn had not ended, or both; words
        that were not final yet are all that will be known of them.
        """
        speaks, interim = self.state is UserState.SPEAKING, self._interim
        # Right after the words it is only the VAD that has not noticed the silence yet.
        if speaks and at - self._final_at > _HOLD:
            self.speech_stopped(UserSpeechStopped(at=at, end=at))
        if interim is not None and (speaks or at - interim.at <= _FINAL_DUE):
            self.transcribed(
                Transcribed(at=at, text=interim.text, final=True, language="", confidence=None)
            )
        for heard in [heard for heard in self._heard if heard.turn.texts]:
            self.turn_ended(UserTurnEnded(at=at, text=" ".join(heard.turn.texts)))
        self._heard.clear()
        if self._turn.texts:
            self.turn_ended(UserTurnEnded(at=at, text=" ".join(self._turn.texts)))
        while (ended := self._take_pending()) is not None:
            self._tell_item(ended, UserMetrics(), at, ended.at)

    def _take_pending(self) -> EndedTurn | None:
        ended = self.pending
        if ended is self._typed:
            self._typed = None
        else:
            self._spoken = None
        return ended

    def _tell_item(
        self, ended: EndedTurn, metrics: UserMetrics, at: float, made_at: float
    ) -> Message:
        told_at = self._timeline.moment(at)
        # A turn that waited while another was handed on comes after it.
        self._latest_item_at = max(self._latest_item_at, min(made_at, ended.at, told_at))
        item = Message(
            id=self._ids.item(),
            role="user",
            content=[ended.text],
            transcript_confidence=ended.turn.confidence,
            metrics=metrics,
            created_at=self._latest_item_at,
        )
        self.turns += 1
        self._timeline.keep(item)
        self._timeline.tell(ConversationItemAdded(item=item, created_at=told_at))
        return item

    def _become(self, state: UserState, at: float) -> None:
        if state is self.state:
            return
        old, self.state = self.state, state
        self._timeline.tell(
            UserStateChanged(old_state=old, new_state=state, created_at=self._timeline.moment(at))
        )


def _metrics(ended: EndedTurn, hook: float) -> UserMetrics:
    metrics = ended.turn.metrics(ended.at, hook)
    stopped = answered_from(metrics)
    if ended.heard is not None and stopped is not None:
        # It was over before its words were known.
        metrics.end_of_turn_delay = max(0.0, ended.at - stopped)
    return metrics


def _marks(ended: EndedTurn, hook: float, metrics: UserMetrics) -> list[tuple[str, float]]:
    if answered_from(metrics) is None:
        return []
    if ended.heard is not None:
        # Nobody waited for its words.
        return [("endpointing", ended.at)]
    final = ended.turn.last_final_at
    marks = [("transcription", final)] if final is not None else []
    return [*marks, ("endpointing", ended.at), ("hook", ended.at + hook)]
