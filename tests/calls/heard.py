"""What of the bot's voice was really heard: which samples, when, and with which silences.

The scripted voice numbers its samples (`tests.scripted.audio_code`), so nothing here needs to
believe what the bot says of itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.memory import PlayedAudio
from tests.scripted.audio_code import runs
from tests.scripted.tts import Synthesis

# A shorter silence is the stutter of a busy machine (seconds).
SILENCE = 0.3


@dataclass(frozen=True)
class Silence:
    """A silence between two sounds, in epoch seconds."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def silences(played: Iterable[PlayedAudio], rate: int) -> list[Silence]:
    """The silences within what was played, from the last sample before to the first one after."""
    return [gap for gap in _gaps(played, rate) if gap.seconds >= SILENCE]


def stutter(played: Iterable[PlayedAudio], rate: int) -> float:
    """The sum of all gaps that are no silences (seconds)."""
    return sum(gap.seconds for gap in _gaps(played, rate) if gap.seconds < SILENCE)


def _gaps(played: Iterable[PlayedAudio], rate: int) -> Iterator[Silence]:
    before: float | None = None
    for piece in played:
        audible = np.flatnonzero(np.frombuffer(piece.pcm, dtype="<i2"))
        if not audible.size:
            continue
        begins = piece.at + int(audible[0]) / rate
        if before is not None and begins > before + 1 / rate:
            yield Silence(before, begins)
        before = piece.at + (int(audible[-1]) + 1) / rate


def ranges(played: Iterable[PlayedAudio], first: int = 0) -> list[range]:
    """The unbroken runs of numbered samples; one when each was played once and in order.

    Args:
        played: What was played.
        first: A number at or before the first one.
    """
    return runs(b"".join(piece.pcm for piece in played), first)


def within(
    played: Iterable[PlayedAudio], start: float = float("-inf"), end: float = float("inf")
) -> list[PlayedAudio]:
    """What began to play from `start` to `end` (epoch seconds)."""
    return [piece for piece in played if start <= piece.at < end]


def all_of(spoken: Sequence[Synthesis]) -> range:
    """The numbers of all samples of texts that were synthesised one after the other."""
    return range(spoken[0].first_sample, spoken[-1].first_sample + spoken[-1].samples)


def words_of(spoken: Iterable[Synthesis], heard: Iterable[range]) -> list[str]:
    """The words whose audio was heard, at least the beginning of each.

    The scripted voice gives each character of a text the same time.
    """
    ends = [part.stop for part in heard]
    words: list[str] = []
    for synthesis in spoken:
        until = max((end for end in ends if end > synthesis.first_sample), default=0)
        per_character = synthesis.samples / len(synthesis.text)
        position = 0
        for word in synthesis.text.split():
            position = synthesis.text.index(word, position)
            if synthesis.first_sample + position * per_character < until:
                words.append(word)
            position += len(word)
    return words


def last_heard(played: Iterable[PlayedAudio], rate: int) -> float:
    """When the last sound ended (epoch seconds)."""
    last = [piece for piece in played if any(piece.pcm)][-1]
    return last.at + len(last.pcm) / 2 / rate


def gap_after(played: Iterable[PlayedAudio], rate: int, samples: int) -> float:
    """How long it was silent after so many audible samples (seconds)."""
    count = 0
    ended = 0.0
    for piece in played:
        audible = np.flatnonzero(np.frombuffer(piece.pcm, dtype="<i2"))
        before, count = count, count + audible.size
        if before < samples <= count:
            ended = piece.at + (int(audible[samples - before - 1]) + 1) / rate
        if count > samples:
            return piece.at + int(audible[max(0, samples - before)]) / rate - ended
    raise AssertionError(f"only {count} samples were heard, not more than {samples}")
