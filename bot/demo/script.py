"""What the simulated caller does, in order: the call of the session dump, played again.

This file is all there is to change for another call. The lines have no commas, because the pauses
that a synthetic voice makes there split turns. Times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait until the bot has said something to its end.

    Attributes:
        what: What the caller waits for, as it is told when it does not come.
        limit: The longest wait.
    """

    what: str
    limit: float = 60.0


@dataclass(frozen=True, slots=True)
class Say:
    """Say a line.

    Attributes:
        text: The line.
        pause: How long the caller thinks before it.
    """

    text: str
    pause: float = 0.8


@dataclass(frozen=True, slots=True)
class BargeIn:
    """Cut the bot off in its answer.

    Attributes:
        text: What the caller says while the bot speaks.
        again: What the caller says after an answer too short to cut off, to get another one.
        after: How much of the answer the caller listens to first.
        limit: The longest wait for the answer to begin, and again for it to be cut.
        tries: How many answers may be too short.
    """

    text: str
    again: str
    after: float = 2.5
    limit: float = 60.0
    tries: int = 3


Step = Hear | Say | BargeIn


@dataclass(frozen=True, slots=True)
class CallerVoice:
    """How the caller sounds beside the bot, whose voice is 1 and 1."""

    speed: float = 1.0
    pitch: float = 1.0


VOICE = CallerVoice(speed=0.95, pitch=1.2)

# The first wait begins when the caller is on the line, with every model loaded.
SCRIPT: tuple[Step, ...] = (
    Hear("the bot's greeting"),
    Say("Okay."),
    Hear("the bot's first answer"),
    Say("Like I want to know about Python language."),
    BargeIn("Ok ok that's it.", again="Please tell me more about it."),
    Hear("the bot's answer to being cut off"),
    Say("Thank you goodbye."),
    Hear("the bot's farewell"),
)


def lines(script: tuple[Step, ...] = SCRIPT) -> tuple[str, ...]:
    """Every text that the caller may say, in order."""
    said = [step.text for step in script if not isinstance(step, Hear)]
    return (*said, *(step.again for step in script if isinstance(step, BargeIn)))
