"""What leaves the output reaches the aggregator in the order in which it left.

A processor of Pipecat has two queues, and an interruption goes past the first of them; the output
has a third, out of which a frame may have been taken and not have come yet. A word of that very
moment would come out behind the interruption that cut it, and the assistant's aggregator would take
it for the beginning of the next reply.
"""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import CancelFrame, Frame, InterruptionFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

# In a frame's metadata: how often the bot had been cut when its voice let go of the frame.
CUTS = "parley.cuts"


class OutputOrder(FrameProcessor):
    """Stands between the output and the assistant's aggregator."""

    def __init__(self) -> None:
        # It has a queue of its own, in which nothing goes past anything. The output must not wait
        # here: it goes on writing while it does, and would be heard after an interruption.
        super().__init__(enable_direct_mode=True)
        self._queue: asyncio.Queue[Frame] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._cuts = 0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass frames on, those to the aggregator in their order."""
        await super().process_frame(frame, direction)
        if isinstance(frame, CancelFrame):
            await self._stop()
        if isinstance(frame, StartFrame | CancelFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
        else:
            self._queue.put_nowait(frame)
        if isinstance(frame, StartFrame):
            self._task = self.create_task(self._pass_on(), "order")

    async def cleanup(self) -> None:
        """Stop passing on."""
        await super().cleanup()
        await self._stop()

    async def _pass_on(self) -> None:
        while True:
            frame = await self._queue.get()
            if isinstance(frame, InterruptionFrame):
                # What came before gets to the aggregator's second queue first, which is swept.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                self._cuts = frame.metadata.get(CUTS, self._cuts)
            elif frame.interruptible and frame.metadata.get(CUTS, self._cuts) < self._cuts:
                continue  # it was cut, and comes late
            await self.push_frame(frame)

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            await self.cancel_task(task)
