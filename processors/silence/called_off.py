"""An LLM's request that is called off is no interruption of the call."""

from __future__ import annotations

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import ServiceCalledOffFrame


class CalledOff(FrameProcessor):
    """Stands behind a service and keeps the frame that called it off from going further."""

    def __init__(self) -> None:
        # It holds nothing back, so frames need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass on everything else."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, ServiceCalledOffFrame):
            await self.push_frame(frame, direction)
