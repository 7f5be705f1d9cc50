"""Parley's own frames: decisions that Pipecat has no frame for.

They travel the pipeline like any other, so that the one observer hears them in order with
everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, DataFrame, SystemFrame


@dataclass
class UserTurnCompletedFrame(DataFrame):
    """The hook of a user's turn has run and the turn goes to the LLM, or was refused.

    Parameters:
        hook_seconds: How long the hook took.
        refused: Whether the hook kept the turn from being answered.
    """

    hook_seconds: float = 0.0
    refused: bool = False


@dataclass
class InterruptionSettledFrame(SystemFrame):
    """An interruption has reached the end of the pipeline: what was heard is in the context."""


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
