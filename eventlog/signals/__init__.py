"""Signals: the facts of a call, as the recorder takes them in.

A log is only as true as its input. Everything that the report says is worked out from these
records, so each is one fact, carries the wall time at which the fact became true (not the time at
which somebody heard of it), and knows nothing of the framework that produced it. The journal
stores them, the recorder folds them, and a scripted list of them is a complete test of the
schema's semantics.

`call`, `user`, `reply`, `playback`, `tools` and `providers` each have what is said of that part.
All times are epoch seconds, all durations seconds.
"""

from eventlog.signals.call import (
    AgentChanged,
    CallSignal,
    CallStarted,
    Closed,
    CloseReason,
    ParticipantJoined,
    RecordingStarted,
)
from eventlog.signals.playback import (
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackSignal,
    PlaybackStarted,
    PlaybackStopped,
)
from eventlog.signals.providers import ErrorSource, Failed, ProviderSignal, ProviderSwitched, Used
from eventlog.signals.reply import (
    AssistantText,
    LLMAnswered,
    LLMFirstToken,
    ReplyDiscarded,
    ReplyRequested,
    ReplySignal,
    SayRequested,
    SpeechSource,
    TTSFirstAudio,
)
from eventlog.signals.signal import Signal
from eventlog.signals.tools import (
    ToolCall,
    ToolCancelled,
    ToolFinished,
    ToolSignal,
    ToolsRequested,
    ToolStarted,
)
from eventlog.signals.user import (
    TextReceived,
    Transcribed,
    UserAway,
    UserSignal,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnEnded,
    UserTurnHeard,
)

AnySignal = CallSignal | UserSignal | ReplySignal | PlaybackSignal | ToolSignal | ProviderSignal

__all__ = [
    "AgentChanged",
    "AnySignal",
    "AssistantText",
    "CallStarted",
    "CloseReason",
    "Closed",
    "ErrorSource",
    "Failed",
    "FalseInterruption",
    "Interrupted",
    "InterruptionSettled",
    "LLMAnswered",
    "LLMFirstToken",
    "ParticipantJoined",
    "PlaybackPaused",
    "PlaybackResumed",
    "PlaybackStarted",
    "PlaybackStopped",
    "ProviderSwitched",
    "RecordingStarted",
    "ReplyDiscarded",
    "ReplyRequested",
    "SayRequested",
    "Signal",
    "SpeechSource",
    "TTSFirstAudio",
    "TextReceived",
    "ToolCall",
    "ToolCancelled",
    "ToolFinished",
    "ToolStarted",
    "ToolsRequested",
    "Transcribed",
    "Used",
    "UserAway",
    "UserSpeechStarted",
    "UserSpeechStopped",
    "UserTurnCompleted",
    "UserTurnDropped",
    "UserTurnEnded",
    "UserTurnHeard",
]
