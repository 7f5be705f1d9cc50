"""What the bot says, from the wish to the words that were heard: the LLM, the TTS, the context."""

from __future__ import annotations

from enum import StrEnum

from eventlog.signals.signal import Signal


class SpeechSource(StrEnum):
    """Who asked the bot to speak; the values are the schema's (SpeechCreatedEvent.source)."""

    SAY = "say"
    GENERATE_REPLY = "generate_reply"


class SayRequested(Signal, kw_only=True, tag="say_requested"):
    """The bot was asked to speak a text; `recorded` is false if the context never learns of it.

    One that is not `interruptible` is heard to its end, whatever is called off.
    """

    text: str
    recorded: bool = True
    user_initiated: bool = True
    interruptible: bool = True


class ReplyRequested(Signal, kw_only=True, tag="reply_requested"):
    """The LLM was given the context.

    `continues` is true when the request carries tool results and so belongs to the reply already
    under way. `preemptive` is true when the user's turn is not certain to be over: the reply waits
    until `UserTurnCompleted` accepts it, or `ReplyDiscarded` drops it.
    """

    continues: bool = False
    user_initiated: bool = True
    preemptive: bool = False


class ReplyDiscarded(Signal, kw_only=True, tag="reply_discarded"):
    """The reply that was begun before the end of the user's turn will not be given.

    If its turn had been completed with it already, the turn is still to be answered and another
    request follows.
    """


class LLMFirstToken(Signal, kw_only=True, tag="llm_first_token"):
    """The LLM's answer began: first text or first tool call; `request` is what it answers."""

    request: str | None = None


class LLMAnswered(Signal, kw_only=True, tag="llm_answered"):
    """The LLM's answer is complete; `characters` is the length of its text."""

    characters: int


class TTSFirstAudio(Signal, kw_only=True, tag="tts_first_audio"):
    """The first audio frame of an utterance left the TTS; `text` is what it begins to say."""

    text: str | None = None


class AssistantText(Signal, kw_only=True, tag="assistant_text"):
    """What the LLM's context now says the bot said, as cut when it was interrupted."""

    text: str


ReplySignal = (
    SayRequested
    | ReplyRequested
    | ReplyDiscarded
    | LLMFirstToken
    | LLMAnswered
    | TTSFirstAudio
    | AssistantText
)
