"""The stretch of time that a page shows, and where a moment of the log lies in it.

Reports hold epoch seconds, a page counts from its first moment. What a damaged log says of
moments outside of the call is not drawn: one wrong number must not squeeze the call into a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventlog.jsonvalue import as_number
from eventlog.view import View

LONGEST_CALL = 30 * 86_400.0
"""Seconds; a longer one is a damaged log, and so is the time of an event so far from the others."""
EARLIEST_RECORDING = 60.0
"""How long before the first event a recording may begin to be a part of the picture, seconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last moment of a call, epoch seconds."""

    begin: float
    end: float

    @staticmethod
    def of(view: View) -> Span:
        """The span of a report's events, and of its recording's begin."""
        times = sorted(event.at for event in view.events) or [0.0]
        middle = times[len(times) // 2]
        times = [at for at in times if abs(at - middle) <= LONGEST_CALL]
        begin, end = times[0], times[-1]
        recording = as_number(view.report.get("audio_recording_started_at"))
        if recording is not None and 0 < begin - recording < EARLIEST_RECORDING:
            begin = recording
        return Span(begin, end)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return round(self.end - self.begin, 3)

    def place(self, at: float) -> float:
        """Seconds from the begin, to a millisecond."""
        return round(at - self.begin, 3)

    def within(self, at: float) -> float:
        """The moment, or the end of the call that is nearest to it, epoch seconds."""
        return min(max(at, self.begin), self.end)

    def holds(self, at: float | None) -> bool:
        """Whether a moment is within the call."""
        return at is not None and self.begin <= at <= self.end
