"""Which call a report is of, and what its folder is called.

A job has one call, but for those who run several sessions in one, or reuse an id: so a call is its
`job_id` and when it began. Without a job it is the room's id and when it began; a report that has
neither is known by its content alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventlog.call_folder import folder_name
from eventlog.jsonvalue import as_list, as_number, as_object, as_text


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one call from another.

    Attributes:
        kind: What `value` is: "job", "room" or "content".
        value: The id of the job or of the room, or the digest of the content.
        began_at: The time of the first event, epoch seconds; None if there is none.
    """

    kind: str
    value: str
    began_at: float | None

    @property
    def name(self) -> str:
        """Name of the call's folder; that of a job is what a call of ours would have."""
        return folder_name(self.value) if self.kind == "job" else self.name_with_time

    @property
    def name_with_time(self) -> str:
        """Name of the folder if that of the job alone is another call's."""
        return folder_name(self.value if self.kind == "content" else f"{self.value}-{self._began}")

    @property
    def _began(self) -> str:
        try:
            return f"{datetime.fromtimestamp(self.began_at or 0.0, UTC):%Y%m%dT%H%M%S-%fZ}"
        except (ValueError, OverflowError, OSError):
            return repr(self.began_at)


def identity_of(report: dict[str, Any]) -> Identity:
    """The identity of the call that a report is of."""
    began_at = _began_at(report)
    if job := as_text(report.get("job_id")):
        return Identity("job", job, began_at)
    room = as_text(report.get("room_id"))
    if room and began_at is not None:
        return Identity("room", room, began_at)
    return Identity("content", digest(report)[:32], None)


def digest(report: dict[str, Any]) -> str:
    """Return what two reports have in common if and only if they say the same."""
    text = json.dumps(report, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _began_at(report: dict[str, Any]) -> float | None:
    for raw in as_list(report.get("events")) or []:
        at = as_number((as_object(raw) or {}).get("created_at"))
        if at is not None:
            return at
    return None
