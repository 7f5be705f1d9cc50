"""The limit on rounds of tools in one reply, for a realtime model (`turn.max_tool_steps`).

A model in a session is not asked with a context each time, so nothing can be taken out of it: the
session itself has its tools taken away for the last answer, and gets them back when it is given.
"""

from __future__ import annotations

from typing import Any

from pipecat.frames.frames import (
    Frame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMSetToolsFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class SessionToolLimit(FrameProcessor):
    """Stands behind the model and watches the tool results on their way back to it.

    Args:
        max_steps: Rounds of tools permitted in one reply; calls of one answer are one round.
        context: The conversation, which says what tools there are.
    """

    def __init__(self, max_steps: int, context: LLMContext) -> None:
        # It holds nothing back, so frames need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._max_steps = max_steps
        self._context = context
        self._rounds = 0
        self._calls_tools = False
        self._taken: Any = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on; at the limit, results go back behind the order to drop the tools."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            if isinstance(frame, LLMContextFrame) and self._at_limit:
                self._taken = self._context.tools
                await self._set_tools([])
            await self.push_frame(frame, direction)
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, FunctionCallsStartedFrame):
            self._calls_tools = True
        elif isinstance(frame, LLMFullResponseEndFrame) and self._calls_tools:
            self._calls_tools = False
            self._rounds += 1
        elif isinstance(frame, LLMFullResponseEndFrame | InterruptionFrame):
            await self._reply_over()

    @property
    def _at_limit(self) -> bool:
        # A quick tool has answered before the model has said that this is all.
        rounds = self._rounds + self._calls_tools
        return self._taken is None and rounds >= self._max_steps

    async def _reply_over(self) -> None:
        self._rounds, self._calls_tools = 0, False
        taken, self._taken = self._taken, None
        if taken is not None:
            await self._set_tools(taken)

    async def _set_tools(self, tools: Any) -> None:
        self._context.set_tools(tools)
        await self.push_frame(LLMSetToolsFrame(tools=tools), FrameDirection.UPSTREAM)
