"""The page of a call on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventlog.call_folder import TIMELINE_FILE
from eventlog.reader import LoggedReport
from eventlog.timeline.page import render
from eventlog.timeline.recording import Recording, recording_of
from eventlog.timeline.story import story
from eventlog.view import View
from eventlog.whole_file import write_whole

if TYPE_CHECKING:
    from eventlog.timeline.embedding import Embedded

FILE_NAME = TIMELINE_FILE


@dataclass(frozen=True, slots=True)
class Written:
    """A page: where it lies, how many bytes it has, and what whoever asked for it should know."""

    path: Path
    size: int
    warning: str = ""


def write(report: LoggedReport, path: Path, *, embed_audio: bool = False) -> Written:
    """Write the page of a report (mode 0600), so that a reader sees the whole of it or nothing.

    Args:
        report: The report; its recording is looked for in the folder of its file.
        path: Where the page goes.
        embed_audio: Whether the recording goes into the page rather than being referred to.

    Raises:
        OSError: The page cannot be written, or its recording not be read.
    """
    recording = _recording_of(report)
    sound = _embedded(recording) if recording is not None and embed_audio else None
    text = render(story(report, recording, path), sound).encode("utf-8")
    write_whole(path, text)
    warning = sound.warning if sound else ""
    if embed_audio and recording is None:
        warning = "no recording was found beside the report, so there is no sound in the page"
    return Written(path, len(text), warning)


def write_beside(report: LoggedReport) -> Exception | None:
    """Write the page of a call into the folder of its report, as the end of every call does.

    A picture must not cost the report, so what goes wrong is returned and not raised.
    """
    try:
        write(report, report.source.with_name(FILE_NAME))
    except Exception as error:  # noqa: BLE001 - whatever it is, the report is there
        return error
    return None


def count_loss(report: dict[str, Any]) -> None:
    """Count a page that could not be written among what the recorder of a report of ours lost."""
    losses = report["parley"]["recorder"].setdefault("losses", {})
    losses["timeline"] = losses.get("timeline", 0) + 1


def page_text(report: LoggedReport, path: Path) -> str:
    """The page of a report, as it would lie at `path`, with its recording beside it."""
    return render(story(report, _recording_of(report), path))


def _embedded(recording: Recording) -> Embedded:
    # Few pages have their sound in them, and the others need not wait for what makes it.
    from eventlog.timeline.embedding import embed

    return embed(recording)


def _recording_of(report: LoggedReport) -> Recording | None:
    return recording_of(View.of(report.data, report.origin), report.source.parent)
