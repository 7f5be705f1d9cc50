"""The recording of a call: the file beside its report, and its loudness over time.

A report names its recording, and a report may come from anywhere. So only a sound that lies in the
folder of the report, or below it, is ever looked at, whatever path the report gives.

The waveform is worked out here and not by the page, because a page opened from a disk may play a
sound that lies beside it but may not read it.
"""

from __future__ import annotations

import base64
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventlog.jsonvalue import as_number, as_text
from eventlog.view import View

if TYPE_CHECKING:
    import numpy as np

SOUNDS = {
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".webm": "audio/webm",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
}
"""The kinds of files that are taken for sounds, by their suffix."""
MOST_PEAKS = 20_000
"""Peaks of a side, at most: 27 kB in the page, 0.2 s each in a call of an hour."""
FINEST = 0.02
"""Seconds of the shortest stretch that has a peak of its own."""
_AT_ONCE = 1 << 20  # frames


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound and the wall time of its first sample, epoch seconds."""

    path: Path
    started_at: float

    @property
    def media_type(self) -> str:
        """What a browser calls it."""
        return SOUNDS[self.path.suffix.lower()]


class UnreadableSoundError(Exception):
    """A sound is there and no waveform can be made of it; the message says why."""


def recording_of(view: View, folder: Path) -> Recording | None:
    """The recording of a report that lies in `folder`, None if there is none to be found there."""
    named = as_text(view.report.get("audio_recording_path"))
    started = as_number(view.report.get("audio_recording_started_at"))
    if not named or started is None or "\0" in named:
        return None
    home = folder.resolve()
    for candidate in (home / named, home / Path(named).name):
        try:
            path = candidate.resolve()
            within = path.is_relative_to(home) and path.suffix.lower() in SOUNDS
            if within and path.is_file():
                return Recording(path, started)
        except (OSError, ValueError):
            continue
    return None


def peaks(path: Path) -> dict[str, Any]:
    """How loud each side of a WAV file is over time.

    Returns:
        `step` (seconds of each peak), `seconds` (how long the sound is), and `sides`: for each of
        at most two channels the peaks as bytes (0 to 255) in base64.

    Raises:
        UnreadableSoundError: It is no WAV file of 16 bits.
    """
    try:
        with wave.open(str(path), "rb") as sound:
            return _peaks(sound)
    except (OSError, EOFError, wave.Error) as error:
        raise UnreadableSoundError(f"{path.name}: {error or 'it ends too early'}") from error


def _peaks(sound: wave.Wave_read) -> dict[str, Any]:
    import numpy as np

    frames, rate, channels = sound.getnframes(), sound.getframerate(), sound.getnchannels()
    if sound.getsampwidth() != 2 or not rate:
        raise UnreadableSoundError("only WAV files of 16 bits have a waveform")
    step = max(round(FINEST * rate), -(-frames // MOST_PEAKS), 1)
    found: list[np.ndarray] = []
    while raw := sound.readframes(max(_AT_ONCE // step, 1) * step):
        samples = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], dtype="<i2")
        found.append(_loudest(samples.reshape(-1, channels)[:, :2], step))
    loud = np.concatenate(found) if found else np.zeros((0, min(channels, 2)), dtype=np.uint8)
    return {
        "step": step / rate,
        "seconds": frames / rate,
        "sides": [base64.b64encode(side.tobytes()).decode("ascii") for side in loud.T],
    }


def _loudest(samples: np.ndarray, step: int) -> np.ndarray:
    """The loudest sample of each `step` frames, one column a side, from 0 to 255."""
    import numpy as np

    missing = -len(samples) % step
    padded = np.pad(np.abs(samples.astype(np.int32)), ((0, missing), (0, 0)))
    most = padded.reshape(-1, step, samples.shape[1]).max(axis=1)
    return np.minimum(most >> 7, 255).astype(np.uint8)
