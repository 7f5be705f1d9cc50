"""A voice for whoever calls the bot without being a person: the demo's caller, and tests.

It is the bot's own voice, spoken so that it sounds like somebody else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import numpy as np

from bot.local.installed import load_library
from bot.local.voice import Samples, Voice


def synthesize(
    text: str, *, speed: float = 1.0, pitch: float = 1.0, voice: Voice | None = None
) -> tuple[bytes, int]:
    """Speak a text as somebody other than the bot, for a simulated caller.

    The same text sounds the same each time, so that what a recogniser makes of it does not change
    from run to run.

    Args:
        text: What to say. Without commas: the pauses of a synthetic voice split turns.
        speed: 2 is twice as fast, at the same pitch.
        pitch: 1.2 is a fifth higher, at the same speed.
        voice: Whose; the voice of the ``local`` extra by default, loaded once a process.

    Returns:
        Mono s16le samples at full level, and their rate in Hz.

    Raises:
        MissingExtraError: If the ``local`` extra is not installed.
    """
    voice = voice or _default_voice()
    pcm = b"".join(piece.pcm for piece in voice.speak(text, speed=speed / pitch, variation=0.0))
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    if pitch != 1.0:
        # Played faster, speech is higher: spoken slower by as much, it keeps its speed.
        resample = load_library("soxr").resample
        samples = cast(Samples, resample(samples, voice.sample_rate * pitch, voice.sample_rate))
    peak = float(np.abs(samples).max(initial=1.0))
    return (samples * (32000 / peak)).astype("<i2").tobytes(), voice.sample_rate


@lru_cache(maxsize=1)
def _default_voice() -> Voice:
    return Voice.load()
