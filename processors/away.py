"""Notices a user who has gone quiet: the report's `user_away_timeout`.

It watches the log, not the frames, because "both sides listening" is the log's own notion: the
timer runs while it holds, and starts from zero whenever it begins to hold again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from eventlog.events import Event
from eventlog.intake import Intake
from eventlog.signals import UserAway


class AwayTimer:
    """Puts a `UserAway` signal into the log when nobody has spoken for long enough.

    Args:
        intake: The log of the call; the timer listens to it from here on.
        timeout: Seconds of silence, None for never.
        clock: Wall clock in epoch seconds.
    """

    def __init__(
        self,
        intake: Intake,
        timeout: float | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._intake = intake
        self._timeout = timeout
        self._clock = clock
        self._handle: asyncio.TimerHandle | None = None
        self._present = False
        intake.listen(self._on_event)

    def participant_joined(self) -> None:
        """Somebody is there to go away; before that the timer does not run."""
        self._present = True
        self._rearm()

    def stop(self) -> None:
        """Stop for good: the call is ending."""
        self._present = False
        self._rearm()

    def _on_event(self, event: Event) -> None:
        del event
        self._rearm()

    def _rearm(self) -> None:
        waiting = self._present and self._intake.recorder.both_listening
        if waiting and self._handle is not None:
            return
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if waiting and self._timeout is not None:
            loop = asyncio.get_running_loop()
            self._handle = loop.call_later(self._timeout, self._away)

    def _away(self) -> None:
        self._handle = None
        self._intake.take(UserAway(at=self._clock()))
