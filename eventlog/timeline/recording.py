"""The recording of a call: the file beside its report.

A report names its recording, and a report may come from anywhere. So only a sound that lies in the
folder of the report, or below it, is ever looked at, whatever path the report gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eventlog.jsonvalue import as_number, as_text
from eventlog.view import View

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


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound and the wall time of its first sample, epoch seconds."""

    path: Path
    started_at: float

    @property
    def media_type(self) -> str:
        """What a browser calls it."""
        return SOUNDS[self.path.suffix.lower()]


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
