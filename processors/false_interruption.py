"""How long the bot waits for words before an interruption counts as none.

The time runs from the end of the speech that stopped the bot, starts anew with each such end, and
is over when words come (`false_interruption_timeout`; specification, section 5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

Found = Callable[[bool], Awaitable[None]]
CreateTask = Callable[[Coroutine[Any, Any, None], str], "asyncio.Task[None]"]


class FalseInterruptionTimer:
    """Tells when nobody spoke words after all.

    Args:
        timeout: Seconds from the end of speech; None for never.
        found: Called with whether the reply can go on (false if it was cut).
        create_task: Starts the timer's task under a name.
    """

    def __init__(self, timeout: float | None, found: Found, create_task: CreateTask) -> None:
        self._timeout = timeout
        self._found = found
        self._create_task = create_task
        self._resumes: bool | None = None
        self._timer: asyncio.Task[None] | None = None

    def watch(self, *, resumes: bool) -> None:
        """The bot was stopped by sound; `resumes` if it can go on."""
        self.stop()
        self._resumes = resumes

    def speech_stopped(self) -> None:
        """The sound has ended, or words that are not final came after it: count from here."""
        if self._resumes is not None and self._timeout is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._create_task(self._wait(self._timeout), "false_interruption")

    def stop(self) -> None:
        """Sound again: the time starts anew when it ends."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def forget(self) -> None:
        """Words came, or the reply is gone: there is nothing to wait for."""
        self._resumes = None
        self.stop()

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        # What follows may stop the timer, which is this task and must not end itself.
        self._timer = None
        resumes, self._resumes = self._resumes, None
        if resumes is not None:
            await self._found(resumes)
