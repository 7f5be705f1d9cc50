"""The recording that belongs to a report from elsewhere.

LiveKit calls each recording `audio.ogg`, so beside a file with many reports, or among the files of
many calls, such a name says nothing: there, only the very path that the report gives is believed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from eventlog.call_folder import REPORT_FILE
from eventlog.reader import LoggedReport
from eventlog.timeline.recording import recording_of
from eventlog.view import View

OF_ONE_CALL = (REPORT_FILE, "session_report.json")
"""Names of a report that has a folder to itself: ours, and that of LiveKit's console."""


def sound_of(report: LoggedReport) -> Path | None:
    """The recording of a report, in the folder of its file or below; None if there is none."""
    folder = report.source.parent
    recording = recording_of(View.of(report.data, report.origin), folder)
    if recording is None:
        return None
    alone = report.index == 0 and report.source.name in OF_ONE_CALL
    meant = Path(str(report.data["audio_recording_path"])) == recording.path
    return recording.path if alone or meant else None


def copy(sound: Path, folder: Path) -> None:
    """Copy a recording into a call's folder (mode 0600), where its report is looked for by name.

    Raises:
        OSError: It cannot be read, or the folder not be written.
    """
    target = folder / sound.name
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out, sound.open("rb") as given:
        shutil.copyfileobj(given, out, 1 << 20)
