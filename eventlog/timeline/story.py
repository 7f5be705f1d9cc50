"""All that a page shows of a call, as one JSON value: the border between Python and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eventlog.call_folder import LLM_FILE
from eventlog.reader import LoggedReport
from eventlog.timeline.address import address
from eventlog.timeline.asked import asked_of
from eventlog.timeline.facts import facts
from eventlog.timeline.lanes import lanes
from eventlog.timeline.lines import lines
from eventlog.timeline.log_file import log_of
from eventlog.timeline.recording import Recording
from eventlog.timeline.span import Span
from eventlog.timeline.waits import waits
from eventlog.timeline.waveform import UnreadableSoundError, peaks
from eventlog.view import View


def story(report: LoggedReport, recording: Recording | None, page: Path) -> dict[str, Any]:
    """What the page at `page` tells of a report.

    Args:
        report: The report, whatever is in it.
        recording: Its sound, None if there is none.
        page: Where the page will lie; the sound is referred to from there.
    """
    view = View.of(report.data, report.origin)
    span = Span.of(view)
    asked = asked_of(report, span)
    told, by_event = lines(view, span, asked.places)
    known = facts(view, span)
    if unread := len(view.raw_events) - len(view.events):
        known["lost"].append(["events", f"{unread} cannot be read, for want of a type or a time"])
    if asked.problem:
        known["lost"].append([LLM_FILE, asked.problem])
    return {
        "begin": span.begin,
        "seconds": span.seconds,
        "origin": report.origin.value,
        "events": len(view.raw_events),
        "facts": known,
        "lanes": lanes(view, span, by_event),
        "lines": told,
        "waits": waits(view, span, by_event),
        "asked": asked.data,
        "log": log_of(report, span, page),
        "sound": _sound(recording, span, page) if recording else None,
    }


def _sound(recording: Recording, span: Span, page: Path) -> dict[str, Any]:
    sound: dict[str, Any] = {
        "url": address(recording.path, page),
        "offset": span.place(recording.started_at),
    }
    try:
        return sound | {"peaks": peaks(recording.path)}
    except UnreadableSoundError as error:
        return sound | {"peaks": None, "problem": str(error)}
