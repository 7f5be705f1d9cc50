"""A voice for loopback synthesis: one tone a word, and a time for every character."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

AMPLITUDE = 9000.0
FADE = 0.005
"""Seconds of fade at both ends of a tone, so that words do not click."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of synthesised speech: s16le mono PCM and when each character is heard.

    Times are whole milliseconds from the start of this piece, as ElevenLabs gives them.
    """

    pcm: bytes
    chars: list[str]
    starts_ms: list[int]
    durations_ms: list[int]


def speak(text: str, *, sample_rate: int, char_ms: int, words_per_piece: int) -> Iterator[Spoken]:
    """Speak a text in pieces of a few whole words, each word followed by one silent space.

    Args:
        text: What to say; runs of white space count as one space.
        sample_rate: Hz.
        char_ms: Milliseconds for each character, spaces included.
        words_per_piece: How many words come at once.
    """
    words = text.split()
    for first in range(0, len(words), words_per_piece):
        piece = words[first : first + words_per_piece]
        pcm = b"".join(
            _tone(len(word) * char_ms, first + index, sample_rate) + _silence(char_ms, sample_rate)
            for index, word in enumerate(piece)
        )
        chars = list(" ".join(piece) + " ")
        starts = [index * char_ms for index in range(len(chars))]
        yield Spoken(pcm, chars, starts, [char_ms] * len(chars))


def _tone(ms: int, index: int, sample_rate: int) -> bytes:
    """Sound one word, at a pitch that differs from its neighbours'."""
    count = sample_rate * ms // 1000
    hertz = 180.0 * 2 ** ((index * 5 % 12) / 12)
    wave = AMPLITUDE * np.sin(2 * np.pi * hertz * np.arange(count) / sample_rate)
    fade = min(int(sample_rate * FADE), count // 2)
    ramp = np.linspace(0.0, 1.0, fade)
    wave[:fade] *= ramp
    wave[count - fade :] *= ramp[::-1]
    return wave.astype("<i2").tobytes()


def _silence(ms: int, sample_rate: int) -> bytes:
    return bytes(sample_rate * ms // 1000 * 2)
