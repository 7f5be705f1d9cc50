"""What is looked at of one service, whatever its slot: what it is given and what it gives.

It listens to the service's own events instead of standing in the pipeline, so that each provider of
a slot has its own, wherever it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pipecat.frames.frames import CancelFrame, EndFrame, Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.errors import ErrorCategory

from processors.failover.work import Owing


class SilenceWatch:
    """Follows the work of a service and can be woken at a time.

    Args:
        service: The service.
        work: What it has to do.
        name: The short name of its provider.
        limit: Seconds without a sign of it that are borne.
    """

    def __init__(self, service: FrameProcessor, work: Owing, *, name: str, limit: float) -> None:
        self.service = service
        self.work = work
        self.name = name
        self.limit = limit
        self._timer: asyncio.TimerHandle | None = None
        self._over = False
        service.add_event_handler("on_before_process_frame", self._on_process)
        service.add_event_handler("on_before_push_frame", self._on_push)

    async def given(self, frame: Frame, at: float) -> None:
        """The service was given a frame; its work knows of it already."""

    async def came(self, frame: Frame, at: float) -> None:
        """The service gave a frame; its work knows of it already."""

    async def due(self, at: float) -> None:
        """The time has come that was set by `wake`."""

    def wake(self, at: float) -> None:
        """Have `due` called at a time (the loop's seconds) instead of at the one set before."""
        self.rest()
        if not self._over:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(at, self._begin)

    def rest(self) -> None:
        """Do not call `due`."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    @property
    def waits(self) -> bool:
        """Whether `due` will be called."""
        return self._timer is not None

    async def failed(self, what: str) -> None:
        """Let the service fail, in the words of its provider's name and of what it did not do."""
        await self.service.push_error(f"{self.name} {what}", category=ErrorCategory.CONNECTIVITY)

    async def _on_process(self, _service: FrameProcessor, frame: Frame) -> None:
        at = _now()
        if isinstance(frame, EndFrame | CancelFrame):
            self._over = True
            self.rest()
            return
        await self.before(frame, at)
        self.work.given(frame, FrameDirection.DOWNSTREAM, at)
        await self.given(frame, at)

    async def before(self, frame: Frame, at: float) -> None:
        """The service is given a frame of which its work does not know yet."""

    async def _on_push(self, _service: FrameProcessor, frame: Frame) -> None:
        at = _now()
        self.work.came(frame, FrameDirection.DOWNSTREAM, at)
        await self.came(frame, at)

    def _begin(self) -> None:
        self._timer = None
        self.service.create_task(self._due(), "silence")

    async def _due(self) -> None:
        if not self._over:
            await self.due(_now())


def seconds(value: float) -> str:
    """Return a duration for a message."""
    return f"{value:.3g} s"


Alone = Callable[[], bool]
"""Whether a service has nobody who would take over from it."""


def _now() -> float:
    return asyncio.get_running_loop().time()
