"""Parley's own frames: decisions that Pipecat has no frame for.

They travel the pipeline like any other, so that the one observer hears them in order with
everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import (
    ControlFrame,
    DataFrame,
    InterruptionFrame,
    SystemFrame,
    TTSStoppedFrame,
)


@dataclass
class UserTurnCompletedFrame(DataFrame):
    """The hook of a user's turn has run and the turn goes to the LLM, or was refused.

    Parameters:
        hook_seconds: How long the hook took.
        refused: Whether the hook kept the turn from being answered.
        preempted: Whether the reply that the LLM began before the turn's end answers it.
    """

    hook_seconds: float = 0.0
    refused: bool = False
    preempted: bool = False


@dataclass
class UserTurnHeardFrame(SystemFrame):
    """A realtime model took the user's turn to be over and answers it; its words come later."""


@dataclass
class InterruptionSettledFrame(SystemFrame):
    """An interruption has reached the end of the pipeline: what was heard is in the context."""


@dataclass
class AgentEntersFrame(ControlFrame):
    """Another agent is on its way in; no interruption takes that back.

    Parameters:
        agent_id: The agent.
        tools: What the LLM can call as this agent, in the forms in which Pipecat takes tools.
        opens: Whether it speaks as soon as it is in.
    """

    interruptible: bool = field(default=False, init=False)

    agent_id: str = ""
    tools: list[Any] = field(default_factory=list[Any])
    opens: bool = True


@dataclass
class AgentChangedFrame(ControlFrame):
    """Another agent has the call from here on.

    Parameters:
        agent_id: The agent.
    """

    interruptible: bool = field(default=False, init=False)

    agent_id: str = ""


@dataclass
class RecordingStartedFrame(SystemFrame):
    """The recording's first sample was taken.

    Parameters:
        path: The file that is written.
        started_at: Wall time of the first sample (epoch seconds).
    """

    path: str = ""
    started_at: float = 0.0


@dataclass
class PipelineDrainedFrame(ControlFrame):
    """The last frame of a call; an observer that has seen it has seen everything."""


@dataclass
class PlaybackPausedFrame(SystemFrame):
    """The bot's reply, heard or still to come, is held: the user may be taking the floor.

    Parameters:
        silent_in: Seconds until the last audio that was already handed on has been heard.
    """

    silent_in: float = 0.0


@dataclass
class PlaybackResumedFrame(SystemFrame):
    """The bot's reply goes on where it stopped."""


@dataclass
class FalseInterruptionFrame(SystemFrame):
    """No words came: what stopped the bot was no interruption.

    Parameters:
        resumed: Whether the reply goes on; false if it had been cut for good.
    """

    resumed: bool = True


@dataclass
class UserTurnDroppedFrame(SystemFrame):
    """What the user has said since the last turn belongs to none: the bot could not be cut."""


@dataclass
class TypedTextFrame(ControlFrame):
    """The user typed instead of speaking: it cuts the bot and is answered.

    Parameters:
        text: What was typed. It is not lost by an interruption.
    """

    interruptible: bool = field(default=False, init=False)

    text: str = ""


@dataclass
class ProviderSwitchedFrame(SystemFrame):
    """Another provider serves a slot from here on.

    Parameters:
        slot: "stt", "llm" or "tts".
        provider: Short name of who serves now.
        previous: Short name of who did.
        reason: Why, in the words of the error.
        asks_again: Whether it does from the beginning what the other was asked to do.
    """

    slot: str = ""
    provider: str = ""
    previous: str = ""
    reason: str = ""
    asks_again: bool = False


@dataclass
class ServiceCalledOffFrame(InterruptionFrame):
    """A service that serves no more stops what it is doing; it does not leave the service."""


@dataclass
class TTSAbandonedFrame(TTSStoppedFrame):
    """The audio of a context ends here, whatever text was to follow: its provider failed."""


@dataclass
class SpeechBrokeOffFrame(SystemFrame):
    """A TTS gave up in the middle of a text; it goes up to the one that did.

    Parameters:
        context_id: The TTS context.
        heard: Seconds of audio that there are of it.
    """

    context_id: str = ""
    heard: float = 0.0
