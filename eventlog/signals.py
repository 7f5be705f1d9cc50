"""Signals: the facts of a call, as the recorder takes them in.

A log is only as true as its input. Everything that the report says is worked out from these
records, so each is one fact, carries the wall time at which the fact became true (not the time at
which somebody heard of it), and knows nothing of the framework that produced it. The journal
stores them, the recorder folds them, and a scripted list of them is a complete test of the
schema's semantics.

All times are epoch seconds, all durations seconds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class SpeechSource(StrEnum):
    """Who asked the bot to speak; the values are the schema's (SpeechCreatedEvent.source)."""

    SAY = "say"
    GENERATE_REPLY = "generate_reply"


class CloseReason(StrEnum):
    """Why a call ended; the values are the schema's (CloseEvent.reason)."""

    ERROR = "error"
    JOB_SHUTDOWN = "job_shutdown"
    PARTICIPANT_DISCONNECTED = "participant_disconnected"
    USER_INITIATED = "user_initiated"
    TASK_COMPLETED = "task_completed"


class ErrorSource(StrEnum):
    """Which part of the pipeline failed; selects the schema's error type."""

    STT = "stt"
    LLM = "llm"
    TTS = "tts"
    REALTIME = "realtime"
    TRANSPORT = "transport"
    OTHER = "other"


class Signal(msgspec.Struct, kw_only=True, forbid_unknown_fields=False, tag_field="signal"):
    """One fact of a call and the wall time (`at`, epoch seconds) at which it became true."""

    at: float


class CallStarted(Signal, kw_only=True, tag="call_started"):
    """The pipeline runs and the bot listens."""


class ParticipantJoined(Signal, kw_only=True, tag="participant_joined"):
    """Somebody is on the far side; the away timer does not run before."""

    participant: str = ""


class AgentChanged(Signal, kw_only=True, tag="agent_changed"):
    """Another agent has the call: what comes next is answered by `agent_id`."""

    agent_id: str


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


class PlaybackStarted(Signal, kw_only=True, tag="playback_started"):
    """The first audio of an utterance was handed to the listener."""


class PlaybackStopped(Signal, kw_only=True, tag="playback_stopped"):
    """The bot's audio ended, by itself or because it was cut."""


class PlaybackPaused(Signal, kw_only=True, tag="playback_paused"):
    """The user may be taking the floor: the reply, heard or still thought of, is held.

    `silent_at` is when the last audio that had been handed out has been heard (epoch seconds).
    """

    silent_at: float


class PlaybackResumed(Signal, kw_only=True, tag="playback_resumed"):
    """What was held goes on where it stopped."""


class FalseInterruption(Signal, kw_only=True, tag="false_interruption"):
    """What stopped the bot was no interruption: no words came.

    `resumed` is false where the reply could not be held and had been cut for good.
    """

    resumed: bool


class AssistantText(Signal, kw_only=True, tag="assistant_text"):
    """What the LLM's context now says the bot said, as cut when it was interrupted."""

    text: str


class Interrupted(Signal, kw_only=True, tag="interrupted"):
    """Whatever the bot was doing was called off."""


class ToolCall(msgspec.Struct, kw_only=True):
    """One call that the LLM asks for; `arguments` is the JSON text it wrote."""

    call_id: str
    name: str
    arguments: str


class InterruptionSettled(Signal, kw_only=True, tag="interruption_settled"):
    """Every consequence of the last interruption is in: nothing more of the cut text will come."""


class ToolsRequested(Signal, kw_only=True, tag="tools_requested"):
    """The LLM asked for one batch of tool calls; `request` is what it answered with them."""

    calls: list[ToolCall]
    request: str | None = None


class ToolStarted(Signal, kw_only=True, tag="tool_started"):
    """One tool of the batch began to run."""

    call_id: str


class ToolFinished(Signal, kw_only=True, tag="tool_finished"):
    """One tool of the batch ended with `output`, which is an error message if `is_error`.

    `answered_by_llm` is false for a result after which the LLM is not asked again.
    """

    call_id: str
    output: str
    is_error: bool = False
    answered_by_llm: bool = True


class ToolCancelled(Signal, kw_only=True, tag="tool_cancelled"):
    """One tool of the batch was called off and its result will not be used."""

    call_id: str


class Failed(Signal, kw_only=True, tag="failed"):
    """A part of the pipeline failed; `label` names the processor, `recoverable` if it goes on.

    `taken_over` is true when another provider does what this one was to do.
    """

    source: ErrorSource
    label: str
    recoverable: bool
    message: str = ""
    provider: str = ""
    category: str = ""
    taken_over: bool = False


class ProviderSwitched(Signal, kw_only=True, tag="provider_switched"):
    """`provider` serves `slot` ("stt", "llm", "tts") in the place of `previous` from here on.

    `asks_again` is true when it does from the beginning what the other one was asked to do.
    """

    slot: str
    provider: str
    previous: str
    reason: str = ""
    asks_again: bool = False


class RecordingStarted(Signal, kw_only=True, tag="recording_started"):
    """The first sample of the recording at `path` was taken."""

    path: str


class Used(Signal, kw_only=True, tag="used"):
    """A provider reported what it consumed; counters add up per provider and model."""

    type: str
    provider: str
    model: str
    counters: dict[str, float]


class Lost(Signal, kw_only=True, tag="lost"):
    """The recorder's own side failed and the call went on; `part` says where."""

    part: str
    detail: str
    count: int = 1


class Closed(Signal, kw_only=True, tag="closed"):
    """The call is over."""

    reason: CloseReason
    detail: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    failure: Failed | None = None


AnySignal = (
    CallStarted
    | ParticipantJoined
    | AgentChanged
    | UserSpeechStarted
    | UserSpeechStopped
    | UserAway
    | Transcribed
    | TextReceived
    | UserTurnEnded
    | UserTurnCompleted
    | UserTurnHeard
    | UserTurnDropped
    | SayRequested
    | ReplyRequested
    | ReplyDiscarded
    | LLMFirstToken
    | LLMAnswered
    | TTSFirstAudio
    | PlaybackStarted
    | PlaybackStopped
    | PlaybackPaused
    | PlaybackResumed
    | FalseInterruption
    | AssistantText
    | Interrupted
    | InterruptionSettled
    | ToolsRequested
    | ToolStarted
    | ToolFinished
    | ToolCancelled
    | Failed
    | ProviderSwitched
    | RecordingStarted
    | Used
    | Lost
    | Closed
)
