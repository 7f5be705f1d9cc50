"""The limit on rounds of tools in one reply (the report's `max_tool_steps`).

A model that keeps calling tools never answers, and Pipecat lets it. After the last permitted round
the LLM is asked once more without tools, so that the caller gets an answer instead of silence.
"""

from __future__ import annotations

from pipecat.frames.frames import Frame, LLMContextFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class ToolStepLimit(FrameProcessor):
    """Stands behind the LLM and watches the tool results on their way back to it.

    Args:
        max_steps: Rounds of tools permitted in one reply.
    """

    def __init__(self, max_steps: int) -> None:
        # It holds nothing back, so frames need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._max_steps = max_steps

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on; past the limit, results go back with the tools taken away."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame) and direction is FrameDirection.UPSTREAM:
            frame = self._limited(frame)
        await self.push_frame(frame, direction)

    def _limited(self, frame: LLMContextFrame) -> LLMContextFrame:
        if _steps_since_user(frame.context) <= self._max_steps:
            return frame
        without_tools = LLMContext(
            messages=list(frame.context.get_messages()),
            tools=frame.context.tools,
            tool_choice="none",
        )
        return LLMContextFrame(context=without_tools)


def _steps_since_user(context: LLMContext) -> int:
    steps = 0
    for message in reversed(context.get_messages()):
        if not isinstance(message, dict):
            continue
        if message.get("role") == "user":
            break
        if message.get("tool_calls"):
            steps += 1
    return steps
