"""What the recorder makes of the user: states, transcripts, and the item of each turn."""

from __future__ import annotations

from dataclasses import dataclass

from eventlog.events import (
    ConversationItemAdded,
    UserInputTranscribed,
    UserState,
    UserStateChanged,
)
from eventlog.items import Message, UserMetrics
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.speech import AnsweredTurn
from eventlog.recorder.timeline import Timeline
from eventlog.recorder.user_turn import UserTurn, answered_from
from eventlog.signals import (
    TextReceived,
    Transcribed,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnEnded,
)


@dataclass
class EndedTurn:
    """A turn whose end was declared and whose hook has not come back yet."""

    turn: UserTurn
    text: str
    at: float


class UserSide:
    """Folds the user's signals into the timeline."""

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self._ids = ids
        self._turn = UserTurn()
        self.state = UserState.LISTENING
        self.pending: EndedTurn | None = None
        self.turns = 0

    def speech_started(self, signal: UserSpeechStarted) -> None:
        """The user begins to speak, or comes back from being away."""
        self._turn.speech_started(signal.onset)
        self._become(UserState.SPEAKING, signal.at)

    def speech_stopped(self, signal: UserSpeechStopped) -> None:
        """The user falls silent."""
        self._turn.speech_stopped(signal.end)
        if self.state is UserState.SPEAKING:
            self._become(UserState.LISTENING, signal.at)

    def away(self, at: float) -> None:
        """The user has not been heard for too long."""
        if self.state is UserState.LISTENING:
            self._become(UserState.AWAY, at)

    def transcribed(self, signal: Transcribed) -> None:
        """Words came in; a final one shows that a user thought away is there."""
        if not signal.text.strip():
            return
        self._turn.transcribed(
            signal.at, signal.text, final=signal.final, confidence=signal.confidence
        )
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
        """Typed text is a turn of its own, with nothing spoken in it."""
        if self.state is UserState.AWAY:
            self._become(UserState.LISTENING, signal.at)
        self.pending = EndedTurn(UserTurn(), signal.text, signal.at)

    def turn_ended(self, signal: UserTurnEnded) -> None:
        """The end of turn was declared; its item waits for the hook."""
        turn, text = self._turn, signal.text
        if self.pending is not None:
            # The hook of an earlier turn was cut off by this one: to the listener they are one.
            turn, text = self.pending.turn.followed_by(turn), f"{self.pending.text} {text}"
        self.pending = EndedTurn(turn, text, signal.at)
        self._turn = UserTurn()

    def turn_refused(self) -> None:
        """The hook did not want the turn: it leaves no item."""
        self.pending = None

    def commit(self, at: float, hook: float) -> AnsweredTurn | None:
        """Tell the item of the pending turn and return what a reply to it needs to know.

        Args:
            at: When the turn was handed on (epoch seconds).
            hook: Seconds that its hook took.
        """
        ended, self.pending = self.pending, None
        if ended is None:
            return None
        metrics = ended.turn.metrics(ended.at, hook)
        item = self._tell_item(ended, metrics, at)
        return AnsweredTurn(item.id, answered_from(metrics), _marks(ended, hook, metrics))

    def flush(self, at: float) -> None:
        """Tell the item of what the close of the call overtook (no metrics then).

        That may be a turn whose hook still runs, words whose turn had not ended, or both.
        """
        if self._turn.texts:
            self.turn_ended(UserTurnEnded(at=at, text=" ".join(self._turn.texts)))
        ended, self.pending = self.pending, None
        if ended is not None:
            self._tell_item(ended, UserMetrics(), at)

    def _tell_item(self, ended: EndedTurn, metrics: UserMetrics, at: float) -> Message:
        told_at = self._timeline.moment(at)
        item = Message(
            id=self._ids.item(),
            role="user",
            content=[ended.text],
            transcript_confidence=ended.turn.confidence,
            metrics=metrics,
            created_at=min(ended.at, told_at),
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


def _marks(ended: EndedTurn, hook: float, metrics: UserMetrics) -> list[tuple[str, float]]:
    if answered_from(metrics) is None:
        return []
    final = ended.turn.last_final_at
    marks = [("transcription", final)] if final is not None else []
    return [*marks, ("endpointing", ended.at), ("hook", ended.at + hook)]
