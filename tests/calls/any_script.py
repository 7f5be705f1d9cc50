"""Any conversation as data: what everybody does, and when.

A script is drawn first and played afterwards, so that a conversation that breaks something can be
shrunk, printed, and played again. All times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any, TypeAlias

FRAME = 0.02


@dataclass(frozen=True)
class Sound:
    """The user makes a sound, with or without words.

    Its `words` are transcribed in as many final segments, each an equal part of the sound; the
    final comes `late` after the end of its part, an interim, if there is one, in its middle.
    Without `audible` the VAD misses it. A word "never" is one that the refusing hook refuses.
    """

    after: float = 0.0
    seconds: float = 1.0
    words: int = 1
    late: float = 0.1
    interim: bool = False
    final: bool = True
    audible: bool = True
    never: bool = False


@dataclass(frozen=True)
class Say:
    """The application has the bot say `words` words."""

    after: float = 0.0
    words: int = 4
    interruptible: bool = True
    recorded: bool = True


@dataclass(frozen=True)
class Type:
    """The user types."""

    after: float = 0.0


@dataclass(frozen=True)
class Generate:
    """The application has the LLM speak."""

    after: float = 0.0
    instructions: bool = False


@dataclass(frozen=True)
class Interrupt:
    """The application cuts the bot."""

    after: float = 0.0


Action: TypeAlias = Sound | Say | Type | Generate | Interrupt


@dataclass(frozen=True)
class Answer:
    """What the LLM gives: words, an error, and calls of tools by their names.

    "hand_off" is the tool that hands over to the other agent, where there is one.
    """

    words: int = 4
    ttft: float = 0.1
    duration: float = 0.1
    error: bool = False
    tools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Voice:
    """What the TTS gives: audio `ttfb` after it was asked, all of it within `duration`."""

    ttfb: float = 0.1
    duration: float = 0.1
    error: bool = False


@dataclass(frozen=True)
class Ending:
    """How the call ends, `after` the last action, or when it has come to rest."""

    how: str = "close"
    after: float | None = None


@dataclass(frozen=True)
class Script:
    """A whole conversation; providers start from the beginning when they are through.

    With `agents` there are two, a and b, of whom b has a greeting.
    """

    actions: tuple[Action, ...] = ()
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    answers: tuple[Answer, ...] = (Answer(),)
    voices: tuple[Voice, ...] = (Voice(),)
    obeys: bool = True
    word_times: bool = True
    ends_turn: tuple[bool, ...] = ()
    hook: str | None = None
    greeting: str | None = None
    agents: bool = False
    vad_hold: float = 0.2
    ending: Ending = Ending()


@dataclass(frozen=True)
class Transcript:
    """What the STT gives at `at`, if it heard anything from `began` to `ended` (after the join)."""

    at: float
    text: str
    final: bool
    began: float
    ended: float


@dataclass(frozen=True)
class Plan:
    """A script with its times after the join worked out: `sounds` are start and length."""

    sounds: list[tuple[float, float]]
    transcripts: list[Transcript]
    doings: list[tuple[float, Action]]
    over: float


def plan(script: Script) -> Plan:
    """Work out when everything happens; the user's sounds do not overlap."""
    now, free = 0.2, 0.0
    numbers = count()
    found = Plan([], [], [], 0.0)
    for action in script.actions:
        now += action.after
        if not isinstance(action, Sound):
            found.doings.append((now, action))
            continue
        start = max(now, free)
        free = start + max(action.seconds, FRAME)
        if action.audible and action.seconds:
            found.sounds.append((start, action.seconds))
        found.transcripts.extend(_transcripts(action, start, free, numbers))
    over = max([now, free, *(transcript.at for transcript in found.transcripts)])
    found.transcripts.sort(key=lambda transcript: transcript.at)
    return Plan(found.sounds, found.transcripts, found.doings, over)


def _transcripts(sound: Sound, start: float, end: float, numbers: count[int]) -> list[Transcript]:
    edges = [start + (end - start) * part / (sound.words or 1) for part in range(sound.words + 1)]
    found: list[Transcript] = []
    for began, ended in pairwise(edges):
        text = f"{'never' if sound.never else 'user'}{next(numbers)}"
        if sound.interim:
            found.append(Transcript((began + ended) / 2, text, False, began, (began + ended) / 2))
        if sound.final:
            found.append(Transcript(ended + sound.late, text, True, began, ended))
    return found
