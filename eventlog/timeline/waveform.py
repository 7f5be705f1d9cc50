"""How loud each side of a recording is over time.

It is worked out here and not by the page, because a page opened from a disk may play a sound that
lies beside it but may not read it. WAV is read by the standard library, every other sound (LiveKit
records Ogg) by PyAV, which comes with Pipecat's WebRTC transport.
"""

from __future__ import annotations

import base64
import wave
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MOST_PEAKS = 20_000
"""Peaks of a side, at most: 27 kB in the page, 0.2 s each in a call of an hour."""
FINEST = 0.02
"""Seconds of the shortest stretch that has a peak of its own."""
_DECODED_RATE = 16_000
_AT_ONCE = 1 << 20  # frames


class UnreadableSoundError(Exception):
    """A sound is there and no waveform can be made of it; the message says why."""


def peaks(path: Path) -> dict[str, Any]:
    """How loud each side of a sound is over time.

    Returns:
        `step` (seconds of each peak), `seconds` (how long the sound is), and `sides`: for each of
        at most two channels the peaks as bytes (0 to 255) in base64.

    Raises:
        UnreadableSoundError: It is no sound that can be read here, or a WAV file of other than 16
            bits.
    """
    try:
        if path.suffix.lower() != ".wav":
            return _shown(_decoded(path), _DECODED_RATE)
        with wave.open(str(path), "rb") as sound:
            if sound.getsampwidth() != 2 or not sound.getframerate():
                raise UnreadableSoundError("only WAV files of 16 bits have a waveform")
            return _shown(_samples(sound), sound.getframerate())
    except (OSError, EOFError, ImportError, wave.Error) as error:
        raise UnreadableSoundError(f"{path.name}: {error or 'it ends too early'}") from error


def _samples(sound: wave.Wave_read) -> Iterator[np.ndarray]:
    import numpy as np

    channels = sound.getnchannels()
    while raw := sound.readframes(_AT_ONCE):
        whole = raw[: len(raw) // (2 * channels) * 2 * channels]
        yield np.frombuffer(whole, dtype="<i2").reshape(-1, channels)


def _decoded(path: Path) -> Iterator[np.ndarray]:
    """The samples at `_DECODED_RATE`, one column a channel."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(str(path)) as source:
            if not source.streams.audio:
                raise UnreadableSoundError(f"{path.name}: there is no sound in it")
            columns = min(source.streams.audio[0].channels, 2)
            resampler = av.AudioResampler(
                format="s16", layout=("mono", "stereo")[columns - 1], rate=_DECODED_RATE
            )
            for frame in chain(source.decode(audio=0), [None]):
                for piece in resampler.resample(frame):
                    yield piece.to_ndarray().reshape(-1, columns)
    except FFmpegError as error:
        raise UnreadableSoundError(f"{path.name}: {error.strerror or error}") from error


def _shown(pieces: Iterator[np.ndarray], rate: int) -> dict[str, Any]:
    import numpy as np

    step = max(round(FINEST * rate), 1)
    frames, loud, rest = 0, [np.zeros((0, 1), dtype=np.uint8)], None
    for piece in pieces:
        frames += len(piece)
        samples = piece[:, :2] if rest is None else np.concatenate([rest, piece[:, :2]])
        whole = len(samples) // step * step
        loud.append(_loudest(samples[:whole], step))
        rest = samples[whole:]
    if rest is not None and len(rest):
        loud.append(_loudest(rest, step))
    found = np.concatenate(loud[1:] or loud)
    together = max(-(-len(found) // MOST_PEAKS), 1)
    found = _highest(found, together)
    return {
        "step": step * together / rate,
        "seconds": frames / rate,
        "sides": [base64.b64encode(side.tobytes()).decode("ascii") for side in found.T],
    }


def _loudest(samples: np.ndarray, step: int) -> np.ndarray:
    """The loudest sample of each `step` frames, one column a side, from 0 to 255."""
    import numpy as np

    most = _highest(np.abs(samples.astype(np.int32)), step)
    return np.minimum(most >> 7, 255).astype(np.uint8)


def _highest(rows: np.ndarray, step: int) -> np.ndarray:
    import numpy as np

    padded = np.pad(rows, ((0, -len(rows) % step), (0, 0)))
    return padded.reshape(-1, step, rows.shape[1]).max(axis=1)
