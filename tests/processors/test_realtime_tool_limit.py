"""A realtime model's rounds of tools: its session has none for the answer after the last one."""

from __future__ import annotations

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import (
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMSetToolsFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.realtime.tool_limit import SessionToolLimit
from tests.processors.stage import Stage
from tests.processors.timeless import timeless


class Behind(Stage):
    """What stands behind a model."""

    def __init__(self, max_steps):
        tool = FunctionSchema(name="look", description="Look.", properties={}, required=[])
        self.context = LLMContext(tools=[tool])
        super().__init__(SessionToolLimit(max_steps, self.context))

    async def tools_used(self):
        """A round of tools, whose results go back up."""
        await self.sends(FunctionCallsStartedFrame(function_calls=[]), LLMFullResponseEndFrame())
        await self.returns(LLMContextFrame(self.context))

    @property
    def orders(self):
        """How many tools each order to the session leaves it."""
        told = self.up.all(LLMSetToolsFrame)
        return [len(getattr(frame.tools, "standard_tools", frame.tools)) for frame in told]

    @property
    def advertised(self):
        return len(getattr(self.context.tools, "standard_tools", []))


@timeless
async def test_the_tools_go_before_the_results_of_the_last_round_and_come_back_after_the_answer():
    stage = await Behind(2).begin()
    await stage.tools_used()
    assert stage.orders == []
    await stage.tools_used()
    assert stage.orders == [0]
    assert [type(frame) for frame in stage.up.all()][-2:] == [LLMSetToolsFrame, LLMContextFrame]
    assert stage.advertised == 0
    await stage.sends(LLMFullResponseEndFrame())
    assert stage.orders == [0, 1]
    assert stage.advertised == 1


@timeless
async def test_an_interruption_gives_them_back():
    stage = await Behind(1).begin()
    await stage.tools_used()
    await stage.sends(InterruptionFrame())
    assert stage.orders == [0, 1]


@timeless
async def test_a_tool_that_has_answered_before_the_model_was_done_counts_too():
    stage = await Behind(1).begin()
    await stage.sends(FunctionCallsStartedFrame(function_calls=[]))
    await stage.returns(LLMContextFrame(stage.context))
    assert stage.orders == [0]


@timeless
async def test_an_answer_without_tools_begins_anew():
    stage = await Behind(2).begin()
    await stage.tools_used()
    await stage.sends(LLMFullResponseEndFrame())
    await stage.tools_used()
    assert stage.orders == []
