"""Which provider serves: the next one when one fails, the first again when it is well.

Pipecat's own failover waits until a service is beyond use. Here each failure of a provider counts,
since a caller does not wait for retries; an application's own failure, such as a tool's, does not.
"""

from __future__ import annotations

from pipecat.frames.frames import ErrorFrame
from pipecat.pipeline.service_switcher import ServiceSwitcherStrategyManual
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.utils.errors import ErrorCategory


class FailoverStrategy(ServiceSwitcherStrategyManual):
    """Keeps those that failed aside until they are taken back.

    Attributes:
        aside: The services that failed and are not given work.
    """

    def __init__(self, services: list[FrameProcessor]) -> None:
        super().__init__(services)
        self.aside: set[FrameProcessor] = set()

    async def handle_error(self, error: ErrorFrame) -> FrameProcessor | None:
        """Pass to the next service that is well; None if the error is no failure, or none is."""
        failed = error.processor or self.active_service
        candidate = self.next_to(failed)
        if candidate is None or not self.replaces(error):
            return None
        self.aside.add(failed)
        return await self._set_active_if_available(candidate)

    def replaces(self, error: ErrorFrame) -> bool:
        """Tell whether an error of the active service makes another one take over."""
        return (
            error.category is not ErrorCategory.APPLICATION
            and self.next_to(self.active_service) is not None
        )

    def next_to(self, failed: FrameProcessor) -> FrameProcessor | None:
        """Return who would take over from a service, in the order of the configuration."""
        place = self.services.index(failed)
        following = [*self.services[place + 1 :], *self.services[:place]]
        return next((s for s in following if s.is_usable and s not in self.aside), None)

    async def take_back(self, service: FrameProcessor) -> bool:
        """Give the work to a service that is well again; false if it cannot be."""
        self.aside.discard(service)
        return await self._set_active_if_available(service) is not None
