"""The limit on rounds of tools: at it, the LLM is asked once more without them."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection

from processors.frames import AgentChangedFrame, UserTurnCompletedFrame
from processors.tool_limit import ToolStepLimit

UP, DOWN = FrameDirection.UPSTREAM, FrameDirection.DOWNSTREAM


class Limit(ToolStepLimit):
    """The limit, with what it pushes in a list."""

    def __init__(self, max_steps):
        super().__init__(max_steps)
        self.pushed = []

    async def push_frame(self, frame, direction=DOWN):
        self.pushed.append(frame)

    async def push_error(self, error_msg, **kwargs):
        self.pushed.append(ErrorFrame(error=error_msg))

    async def broadcast_interruption(self):
        self.pushed.append(InterruptionFrame())

    async def see(self, *frames, direction=DOWN):
        for frame in frames:
            await self.process_frame(frame, direction)

    async def results(self, context):
        """The frame with which tool results go back to the LLM, None if none does."""
        self.pushed.clear()
        await self.see(LLMContextFrame(context), direction=UP)
        return self.pushed[0]


@pytest.fixture
def context():
    return LLMContext(messages=[{"role": "user", "content": "Rain?"}])


def round_of_tools(calls=1):
    return [
        LLMFullResponseStartFrame(),
        FunctionCallsStartedFrame(function_calls=[object()] * calls),
        LLMFullResponseEndFrame(),
    ]


def answer():
    return [LLMFullResponseStartFrame(), LLMFullResponseEndFrame()]


async def test_before_the_limit_results_go_back_as_they_are(context):
    limit = Limit(2)
    await limit.see(*round_of_tools())
    assert (await limit.results(context)).context is context


async def test_at_the_limit_results_go_back_with_the_tools_taken_away(context):
    limit = Limit(2)
    await limit.see(*round_of_tools(), *round_of_tools())
    limited = (await limit.results(context)).context
    assert limited.tool_choice == "none"
    assert limited.get_messages() == context.get_messages()
    assert context.tool_choice != "none"


async def test_calls_made_side_by_side_are_one_round(context):
    limit = Limit(2)
    await limit.see(*round_of_tools(calls=5))
    assert (await limit.results(context)).context is context


async def test_a_model_that_calls_a_tool_all_the_same_is_not_asked_again(context):
    limit = Limit(1)
    await limit.see(*round_of_tools(), *round_of_tools())
    error = await limit.results(context)
    assert isinstance(error, ErrorFrame)
    assert "turn.max_tool_steps permits 1" in error.error
    # Whoever waits for the reply learns that there will be none.
    assert any(isinstance(frame, InterruptionFrame) for frame in limit.pushed)


@pytest.mark.parametrize(
    "over",
    [
        answer(),
        [InterruptionFrame()],
        [UserTurnCompletedFrame()],
        [AgentChangedFrame(agent_id="billing")],
    ],
)
async def test_the_next_reply_has_all_its_rounds_again(context, over):
    limit = Limit(1)
    await limit.see(*round_of_tools(), *over)
    assert (await limit.results(context)).context is context


async def test_every_other_frame_passes():
    limit, frame = Limit(0), TextFrame("x")
    await limit.see(frame)
    assert limit.pushed == [frame]
