"""How often the bot may fail to answer before the call is over.

A model or a voice that fails once may work the next time; one that fails time after time leaves the
caller in silence. LiveKit's sessions end after the same rule (`max_unrecoverable_errors`). Pipecat
does not connect a realtime model again, so without its session the call is over at once.
"""

from __future__ import annotations

import re

from eventlog.events import AgentState, AgentStateChanged, Event
from eventlog.signals import ErrorSource, Failed

_COUNTED = (ErrorSource.LLM, ErrorSource.TTS, ErrorSource.REALTIME)
# Pipecat's realtime services name an error of the session before its text ("Error connecting: …",
# "Send error: …"); of an answer that failed they give the vendor's text alone.
_OF_SESSION = re.compile(r"[^:]*\berror\b[^:]*:", re.IGNORECASE)


class FailureLimit:
    """Counts failures in a row; the bot's being heard begins a new row.

    Args:
        limit: Failures that are borne; None for any number.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._failures = 0

    def on_event(self, event: Event) -> None:
        """Take note of an event of the log."""
        if isinstance(event, AgentStateChanged) and event.new_state is AgentState.SPEAKING:
            self._failures = 0

    def exceeded_by(self, failure: Failed) -> bool:
        """Count one failure and tell whether it is one too many."""
        if failure.source not in _COUNTED:
            return False
        if failure.source is ErrorSource.REALTIME and _OF_SESSION.match(failure.message):
            return True
        self._failures += 1
        return self._limit is not None and self._failures > self._limit
