"""What the recorder makes of failures: an event each, in the words that the schema has for them.

The report has more to say of each (who failed, and of what kind it was), so they are kept.
"""

from __future__ import annotations

from collections import Counter

from eventlog.events import ErrorDetail, ErrorOccurred
from eventlog.recorder.timeline import Timeline
from eventlog.signals import ErrorSource, Failed

# The schema knows four parts that can fail; what carries the call counts as the realtime one.
_ERROR_TYPES = {
    ErrorSource.STT: "stt_error",
    ErrorSource.LLM: "llm_error",
    ErrorSource.TTS: "tts_error",
    ErrorSource.REALTIME: "realtime_model_error",
    ErrorSource.TRANSPORT: "realtime_model_error",
    ErrorSource.OTHER: "realtime_model_error",
}


class Failures:
    """Folds failures into the timeline.

    Attributes:
        all: Those so far, oldest first.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self.all: list[Failed] = []

    def add(self, signal: Failed) -> None:
        """Tell one."""
        self.all.append(signal)
        self._timeline.tell(
            ErrorOccurred(
                error=error_detail(signal),
                source=signal.label,
                created_at=self._timeline.moment(signal.at),
            )
        )

    def counts(self) -> Counter[ErrorSource]:
        """Count them by the part that failed."""
        return Counter(failure.source for failure in self.all)


def error_detail(failure: Failed) -> ErrorDetail:
    """Return `failure` in the schema's shape."""
    return ErrorDetail(
        type=_ERROR_TYPES[failure.source],
        timestamp=failure.at,
        label=failure.label,
        recoverable=failure.recoverable,
    )
