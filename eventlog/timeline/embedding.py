"""A recording inside the page, so that the page is the whole call in one file.

PyAV, which comes with Pipecat's WebRTC transport, makes Opus of it: a fifteenth of the size. Where
it is missing or fails, the sound goes in as it is, and whoever asked is told how large that is.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from eventlog.timeline.recording import Recording

OPUS_RATE = 48_000
BIT_RATE = 32_000
"""Bits a second: speech of two people is clear at it."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A sound as text; `warning` is for whoever asked, empty if all went well."""

    media_type: str
    base64: str
    warning: str = ""


def embed(recording: Recording) -> Embedded:
    """The sound of a recording, compressed if that can be done here.

    Raises:
        OSError: The recording cannot be read.
    """
    if recording.media_type != "audio/wav":
        return _as_it_is(recording, "")
    try:
        opus = _opus(recording.path)
    except Exception as error:  # noqa: BLE001 - whatever an encoder lacks, the sound is still there
        return _as_it_is(recording, f"not compressed ({error or type(error).__name__})")
    return Embedded("audio/webm", base64.b64encode(opus).decode("ascii"))


def _as_it_is(recording: Recording, reason: str) -> Embedded:
    raw = recording.path.read_bytes()
    warning = f"the sound is {reason}, it adds {len(raw) * 4 / 3e6:.1f} MB" if reason else ""
    return Embedded(recording.media_type, base64.b64encode(raw).decode("ascii"), warning)


def _opus(path: Path) -> bytes:
    import av

    made = io.BytesIO()
    with av.open(str(path)) as source, av.open(made, "w", format="webm") as target:
        stream: Any = target.add_stream("libopus", rate=OPUS_RATE)
        stream.bit_rate = BIT_RATE
        stream.layout = "stereo" if source.streams.audio[0].channels > 1 else "mono"
        stream.time_base = Fraction(1, OPUS_RATE)
        resampler = av.AudioResampler(
            format="s16", layout=stream.layout, rate=OPUS_RATE, frame_size=960
        )
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return made.getvalue()
