"""Which reports are of one call: those of one job that began at one moment.

A call lies in several files where its folder was copied, or its dump was imported. The `job_id`
alone does not tell: a job of LiveKit's may hold several sessions, and its console gives every call
the same. But no two calls of a job have their first event at the same microsecond, and a report
that is written anew (repaired, redacted, imported) keeps that moment.
"""

from __future__ import annotations

import hashlib


def has_key(job_id: object, began_at: float | None) -> bool:
    """Tell whether a report says enough to be known again: it has a job, and an event."""
    return isinstance(job_id, str) and bool(job_id.strip()) and began_at is not None


def call_key(job_id: object, began_at: float | None) -> bytes:
    """Sixteen bytes that are the same for every report of a call, and for no other call.

    Args:
        job_id: The report's.
        began_at: The time of its first event, epoch seconds.
    """
    named = f"{job_id!r} {float(began_at or 0.0)!r}"
    return hashlib.sha256(named.encode("utf-8", "backslashreplace")).digest()[:16]
