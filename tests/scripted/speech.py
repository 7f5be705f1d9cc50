"""Audible PCM for a far end that needs no words."""

import numpy as np

AMPLITUDE = 8000


def speech(seconds: float, sample_rate: int = 16000, pitch: float = 160.0) -> bytes:
    """A steady buzz, audible in each 10 ms of its length.

    Args:
        seconds: Length of the sound.
        sample_rate: Rate in Hz.
        pitch: Fundamental in Hz; two harmonics give it something of a voice.

    Returns:
        Mono s16le.
    """
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    wave = np.sum([np.sin(2 * np.pi * pitch * n * time) / n for n in (1, 2, 3)], axis=0)
    return (wave / 1.84 * AMPLITUDE).astype("<i2").tobytes()


def silence(seconds: float, sample_rate: int = 16000) -> bytes:
    """Digital silence as mono s16le."""
    return bytes(2 * round(seconds * sample_rate))


def is_audible(pcm: bytes, threshold: float = 500.0) -> bool:
    """Whether the root mean square of mono s16le audio reaches the threshold."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    return bool(samples.size) and float(np.sqrt(np.mean(samples**2))) >= threshold
