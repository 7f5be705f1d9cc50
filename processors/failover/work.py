"""What a service has been given to do and has not done yet.

It tells two things: whether the service owes something (so that silence means a dead connection),
and what another service has to be given to take over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection


@dataclass
class Handover:
    """What the next service is given, and what is said in the name of the one that failed.

    Attributes:
        frames: Frames for the next service, each with its direction.
        ends: Frames for the rest of the pipeline, which end what the failed one had begun.
        begins_anew: Whether the next service does from the beginning what the failed one was asked.
        withdraws: Whether a reply that was begun early is given up: it may be asked for once more.
    """

    frames: list[tuple[Frame, FrameDirection]] = field(
        default_factory=list[tuple[Frame, FrameDirection]]
    )
    ends: list[Frame] = field(default_factory=list[Frame])
    begins_anew: bool = False
    withdraws: bool = False


class Owing(Protocol):
    """What a service owes; times are monotonic seconds."""

    @property
    def owed_since(self) -> float | None:
        """When the service last gave a sign, or was given work; None if it owes nothing."""
        ...

    @property
    def idle(self) -> bool:
        """Whether nothing is under way, so that the provider can be changed unnoticed."""
        ...

    def given(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """A frame goes into the service."""
        ...

    def came(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """A frame came out of the service."""
        ...


class Work(Owing, Protocol):
    """The work of one slot, which another service can take over."""

    @property
    def doing(self) -> str:
        """What the service should have been doing, for an error message."""
        ...

    def hand_over(self, at: float) -> Handover:
        """Return what is to be done by another service; it owes that from now on."""
        ...
