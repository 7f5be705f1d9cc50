"""The log of one call, from what it begins with to the files that it leaves.

A call of our own and one of a bot that somebody else built differ in everything but this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.filing import CallFiles
from bot.labels import Labels
from bot.session import SessionReport
from eventlog.header import CallHeader
from eventlog.intake import Intake
from eventlog.signals import Closed
from processors.observer import CallObserver

# What an observer may take to catch up when the pipeline has ended (seconds).
_DRAIN_TIMEOUT = 1.0


class CallLog:
    """Takes what a call tells, and makes files of it.

    Args:
        files: Where they are put.
        header: What the log begins with.
        labels: The call's; what of them was out of bounds is counted.
        secrets: What no trace may hold, beside what looks like a key.
        env: Where keys are looked up, for the same.

    Attributes:
        intake: Takes the signals.
        traces: What is kept beside the report.
    """

    def __init__(
        self,
        files: CallFiles,
        header: CallHeader,
        labels: Labels,
        *,
        secrets: Iterable[str],
        env: Mapping[str, str],
    ) -> None:
        self._files = files
        self.intake = Intake(header, files.folder)
        labels.tell_losses(self.intake.lose)
        files.tell_losses(self.intake.lose)
        self.traces = files.traces(secrets, env, self.intake.lose)

    async def drain(self, observer: CallObserver) -> None:
        """Wait until an observer has heard all there is; teardown would drop the rest."""
        try:
            await asyncio.wait_for(observer.drained.wait(), _DRAIN_TIMEOUT)
        except TimeoutError:
            self.intake.lose("observer", f"did not catch up within {_DRAIN_TIMEOUT} s")

    async def finish(self, closed: Closed, audio: Path | None = None) -> SessionReport:
        """Close the log and write the report; waits for the disk off the event loop.

        Args:
            closed: How the call ended.
            audio: Its recording, if there is one.
        """
        self.intake.close(closed)
        await asyncio.to_thread(self.traces.settle)
        data = await asyncio.to_thread(self.intake.report)
        return await asyncio.to_thread(self._files.write, data, audio)
