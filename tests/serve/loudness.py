"""Reading numbered samples (`tests.scripted.audio_code`) from audio that went through a codec.

The codec changes each sample, but not how loud the sound is, and the loudness tells the number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.scripted.audio_code import decode, encode
from tests.serve.caller import Received

_AUDIBLE = 300.0
# The code begins anew after so many samples; its first one is the quietest.
_PERIOD = 31991
_QUIETEST = abs(int(np.frombuffer(encode(0, 1), dtype="<i2")[0]))
assert decode(encode(_PERIOD, 1))[0] == 0


@dataclass(frozen=True)
class Sound:
    """An unbroken stretch of audible frames.

    Attributes:
        began: When its first frame arrived (seconds of the monotonic clock).
        ended: When the frame after its last one arrived.
        seconds: How long it lasts in the stream.
        first: About the number of the sample in the middle of its second frame.
        last: The same of its last frame but one: the outermost frames are partly silent.
    """

    began: float
    ended: float
    seconds: float
    first: float
    last: float


def sounds(received: Sequence[Received], *, apart: float) -> list[Sound]:
    """The sounds in what was received, those less than `apart` seconds from each other joined."""
    loud = [_loudness(frame) for frame in received]
    audible = [index for index, loudness in enumerate(loud) if loudness >= _AUDIBLE]
    seconds = len(received[0].pcm) / 2 / received[0].sample_rate
    stretches: list[list[int]] = []
    for index in audible:
        if not stretches or (index - stretches[-1][-1]) * seconds > apart:
            stretches.append([])
        stretches[-1].append(index)
    return [
        Sound(
            began=received[stretch[0]].at,
            ended=received[min(stretch[-1] + 1, len(received) - 1)].at,
            seconds=len(stretch) * seconds,
            first=loud[stretch[1]] - _QUIETEST,
            last=loud[stretch[-2]] - _QUIETEST,
        )
        for stretch in stretches
    ]


def lateness(received: Sequence[Received]) -> float:
    """How far the frames strayed from the regular stream that they were sent as (seconds)."""
    seconds = len(received[0].pcm) / 2 / received[0].sample_rate
    strays = [frame.at - index * seconds for index, frame in enumerate(received)]
    return max(strays) - min(strays)


def samples_between(earlier: float, later: float) -> float:
    """How many samples later one number is than another, less than a period."""
    return (later - earlier) % _PERIOD


def _loudness(frame: Received) -> float:
    samples = np.frombuffer(frame.pcm, dtype="<i2").astype(np.float64)
    return float(np.sqrt(np.mean(samples**2)))
