"""The limit on rounds of tools in one reply (the report's `max_tool_steps`).

A model that keeps calling tools never answers, and Pipecat lets it. After the last permitted round
the LLM is asked once more without tools, so that the caller gets an answer instead of silence. A
model that calls one all the same is not asked again.
"""

from __future__ import annotations

from pipecat.frames.frames import (
    Frame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import AgentChangedFrame, UserTurnCompletedFrame


class ToolStepLimit(FrameProcessor):
    """Stands behind the LLM and watches the tool results on their way back to it.

    Args:
        max_steps: Rounds of tools permitted in one reply; calls made side by side are one round.
    """

    def __init__(self, max_steps: int) -> None:
        # It holds nothing back, so frames need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._max_steps = max_steps
        self._rounds = 0
        self._calls_tools = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on; at the limit, results go back with the tools taken away."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            self._count(frame)
        elif isinstance(frame, LLMContextFrame):
            if self._rounds > self._max_steps:
                await self._give_up()
                return
            if self._rounds == self._max_steps:
                frame = _without_tools(frame)
        await self.push_frame(frame, direction)

    def _count(self, frame: Frame) -> None:
        if isinstance(frame, LLMFullResponseStartFrame):
            self._calls_tools = False
        elif isinstance(frame, FunctionCallsStartedFrame):
            self._calls_tools = True
            self._rounds += 1
        elif isinstance(frame, InterruptionFrame | UserTurnCompletedFrame | AgentChangedFrame) or (
            isinstance(frame, LLMFullResponseEndFrame) and not self._calls_tools
        ):
            # The reply is over: what comes next is another one.
            self._rounds = 0

    async def _give_up(self) -> None:
        await self.push_error(
            f"The LLM called tools in {self._rounds} rounds, though turn.max_tool_steps permits "
            f"{self._max_steps} and it was told to answer without any; its reply is given up"
        )
        self._rounds = 0
        # Nobody is to wait for it any longer.
        await self.broadcast_interruption()


def _without_tools(frame: LLMContextFrame) -> LLMContextFrame:
    return LLMContextFrame(
        context=LLMContext(
            messages=list(frame.context.get_messages()),
            tools=frame.context.tools,
            tool_choice="none",
        )
    )
