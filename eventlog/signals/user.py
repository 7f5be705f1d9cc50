"""The user: speech as the VAD hears it, words as the STT does, and the ends of turns."""

from __future__ import annotations

from eventlog.signals.signal import Signal


class UserSpeechStarted(Signal, kw_only=True, tag="user_speech_started"):
    """The VAD declared speech at `at`; `onset` is when it really began."""

    onset: float


class UserSpeechStopped(Signal, kw_only=True, tag="user_speech_stopped"):
    """The VAD declared silence at `at`; `end` is when the speech really ended."""

    end: float


class UserAway(Signal, kw_only=True, tag="user_away"):
    """Both sides have been listening for the whole away timeout."""


class Transcribed(Signal, kw_only=True, tag="transcribed"):
    """The STT reported text: the current segment, interim or final."""

    text: str
    final: bool
    language: str | None = None
    speaker: str | None = None
    confidence: float | None = None


class TextReceived(Signal, kw_only=True, tag="text_received"):
    """The user typed; the text is a turn of its own, beside whatever they are saying meanwhile."""

    text: str


class UserTurnEnded(Signal, kw_only=True, tag="user_turn_ended"):
    """The end of turn was declared and `text` was written to the LLM's context."""

    text: str


class UserTurnCompleted(Signal, kw_only=True, tag="user_turn_completed"):
    """The turn's hook has run for `hook` seconds and the turn may be answered, or was refused.

    `preempted` is true when the reply that was begun before the end of the turn answers it.
    """

    hook: float
    refused: bool = False
    preempted: bool = False


class UserTurnHeard(Signal, kw_only=True, tag="user_turn_heard"):
    """A realtime model took the user's turn to be over and answers it; its words come later."""


class UserTurnDropped(Signal, kw_only=True, tag="user_turn_dropped"):
    """What the user has said since the last end of a turn belongs to none.

    They said it over a speech that may not be interrupted. A turn whose end was declared is not
    meant: that one can only be refused.
    """


UserSignal = (
    UserSpeechStarted
    | UserSpeechStopped
    | UserAway
    | Transcribed
    | TextReceived
    | UserTurnEnded
    | UserTurnCompleted
    | UserTurnHeard
    | UserTurnDropped
)
