"""Stores with old and young calls."""

import json
import time

from eventlog.journal import FILE_NAME, Journal
from eventlog.signals import UserAway
from tests.eventlog.folding import header
from tests.eventlog.reading import dumped

DAY = 86400
NOW = time.time()


def reported(folder, name, days, **files):
    """A call that ended so many days ago, with its report, its timeline and other files."""
    place = folder / name
    place.mkdir(parents=True)
    ended = NOW - days * DAY
    moved = ended - dumped()["timestamp"]
    report = dumped() | {"job_id": name, "timestamp": ended}
    report["events"] = [
        event | {"created_at": event["created_at"] + moved} for event in report["events"]
    ]
    (place / "report.json").write_text(json.dumps(report))
    (place / "timeline.html").write_text("<html>")
    for file, text in files.items():
        (place / file.replace("_", ".")).write_text(text)
    return place


def journal_in(folder, name, days):
    """The journal, still open, of a call whose last signal is so many days old."""
    place = folder / name
    place.mkdir(parents=True)
    journal = Journal(place / FILE_NAME, header(), lambda count, why: None)
    journal.append(1, UserAway(at=NOW - days * DAY))
    return journal


def killed(folder, name, days):
    """A call whose process died so many days ago: a journal and no report."""
    journal_in(folder, name, days).close()
    return folder / name
