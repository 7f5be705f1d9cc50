"""Audio for a recogniser: what counts as speech by loudness, in the pieces of a transport."""

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame

RATE = 16000
CHUNK = 640


def tone(seconds: float, amplitude: float = 8000.0) -> bytes:
    """Speech, as far as a loudness detector can tell."""
    times = np.arange(int(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * 220 * times)).astype("<i2").tobytes()


def audio(pcm: bytes) -> list[InputAudioRawFrame]:
    """Cut PCM into 20 ms frames, as a transport does."""
    return [InputAudioRawFrame(pcm[at : at + CHUNK], RATE, 1) for at in range(0, len(pcm), CHUNK)]
