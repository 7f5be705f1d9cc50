"""Audio whose every sample says which one it is.

A test of pausing, resuming or interrupting wants to know whether each sample was played, once,
and in order. The sign makes the signal audible as a tone; the size carries the sample's number.
"""

import numpy as np
import numpy.typing as npt

# A prime, so that no loss of whole chunks can look like an unbroken sequence.
_PERIOD = 31991
_FLOOR = 501
_HALF_WAVE = 25


def encode(first: int, count: int) -> bytes:
    """Samples number `first` to `first + count - 1` as mono s16le, none of them zero."""
    numbers = np.arange(first, first + count)
    sign = 1 - 2 * ((numbers // _HALF_WAVE) % 2)
    return (sign * (_FLOOR + numbers % _PERIOD)).astype("<i2").tobytes()


def decode(pcm: bytes) -> npt.NDArray[np.int64]:
    """Numbers of the samples in coded audio, modulo the period; silence is left out."""
    samples = np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int64))
    return samples[samples >= _FLOOR] - _FLOOR


def runs(pcm: bytes, first: int = 0) -> list[range]:
    """The unbroken runs of sample numbers in coded audio, in the order of their playing.

    Args:
        pcm: Mono s16le with coded samples and silence.
        first: A sample number at or before the first one, which tells the period.

    Returns:
        One range when each sample was played once and in order. A loss starts a new range
        further on; a repetition starts one too, up to a period further on.
    """
    numbers = decode(pcm)
    if not numbers.size:
        return []
    steps = np.diff(numbers, prepend=first % _PERIOD) % _PERIOD
    unwrapped = first + np.cumsum(steps)
    breaks = np.flatnonzero(np.diff(unwrapped) != 1) + 1
    return [range(int(part[0]), int(part[-1]) + 1) for part in np.split(unwrapped, breaks)]
