"""The last processor of a pipeline: it knows when everything before it is done.

An observer hears of a frame when it is pushed, not when its consequences are in. Two moments of a
call need that knowledge: an interruption (is there more text of what was heard?) and the end.
"""

from __future__ import annotations

from pipecat.frames.frames import Frame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.floor import Floor
from processors.frames import InterruptionSettledFrame, PipelineDrainedFrame


class PipelineEnd(FrameProcessor):
    """Stands behind the assistant's aggregator and reports what has got that far.

    Args:
        floor: Where it is noted that an interruption is through.
    """

    def __init__(self, floor: Floor | None = None) -> None:
        # It only looks at frames, so they need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._floor = floor or Floor()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on; an interruption is followed by its settlement."""
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, InterruptionFrame) and direction is FrameDirection.DOWNSTREAM:
            self._floor.settle()
            await self.push_frame(InterruptionSettledFrame())

    async def mark_drained(self) -> None:
        """Send the mark after which an observer has nothing more to hear."""
        await self.push_frame(PipelineDrainedFrame())
