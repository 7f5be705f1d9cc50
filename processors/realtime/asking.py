"""What a realtime model is asked for beside the user's speech: typed text, instructions.

Pipecat's user aggregator would write it to the context and hand that on, of which a running session
learns nothing. So it goes by the aggregator, under a cover that the aggregator does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import ControlFrame, Frame, LLMMessagesAppendFrame, LLMRunFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


@dataclass
class AskModelFrame(ControlFrame):
    """The model is to answer these messages, or to go on where there are none.

    Parameters:
        messages: Messages in the form of a context's.
    """

    interruptible: bool = field(default=False, init=False)

    messages: list[Any] = field(default_factory=list[Any])


class PastAggregator(FrameProcessor):
    """Stands before the user's aggregator and covers what is to be answered."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass all other frames on."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            if isinstance(frame, LLMRunFrame):
                frame = AskModelFrame()
            elif isinstance(frame, LLMMessagesAppendFrame) and frame.run_llm:
                frame = AskModelFrame(messages=list(frame.messages))
        await self.push_frame(frame, direction)
