"""The bot's voice: heard, held and cut."""

from __future__ import annotations

from eventlog.signals.signal import Signal


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


class Interrupted(Signal, kw_only=True, tag="interrupted"):
    """Whatever the bot was doing was called off."""


class InterruptionSettled(Signal, kw_only=True, tag="interruption_settled"):
    """Every consequence of the last interruption is in: nothing more of the cut text will come."""


PlaybackSignal = (
    PlaybackStarted
    | PlaybackStopped
    | PlaybackPaused
    | PlaybackResumed
    | FalseInterruption
    | Interrupted
    | InterruptionSettled
)
