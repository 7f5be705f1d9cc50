"""The hand-off that a tool asked for, made when its result comes by."""

import pytest
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import (
    FunctionCallCancelFrame,
    FunctionCallResultFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.floor import Floor
from processors.frames import AgentChangedFrame, AgentEntersFrame, UserTurnCompletedFrame
from processors.hand_off import AgentEntry, HandOff, HandOffs
from tests.processors.stage import Stage
from tests.processors.timeless import timeless

ALREADY = "The caller is already being handed over to billing."
ENOUGH = "Nobody else can take over now. Answer the caller yourself."


class Scene:
    """A hand-off on a stage, and who was given the call."""

    def __init__(self, max_in_turn=3):
        self.hand_offs = HandOffs(max_in_turn)
        self.floor = Floor()
        self.entered = []
        self.stage = Stage(HandOff(self.hand_offs, self.floor, self.enter))

    async def enter(self, agent_id, opens):
        self.entered.append((agent_id, opens, len(self.stage.down.heard)))


def tool(name):
    return FunctionSchema(name=name, description="", properties={}, required=[])


def result(call_id="c1"):
    return FunctionCallResultFrame(
        function_name="hand_off_to_billing", tool_call_id=call_id, arguments={}, result=""
    )


@timeless
async def test_the_new_agent_comes_in_behind_the_result():
    scene = Scene()
    await scene.stage.begin()
    assert scene.hand_offs.ask("c1", "billing") == ""
    await scene.stage.sends(result())
    assert scene.entered == [("billing", True, 1)]
    assert not scene.hand_offs.under_way


@timeless
async def test_the_results_of_other_tools_hand_nothing_over():
    scene = Scene()
    await scene.stage.begin()
    await scene.stage.sends(result())
    assert scene.hand_offs.ask("c1", "billing") == ""
    await scene.stage.sends(result("c2"))
    assert scene.entered == []
    assert scene.hand_offs.under_way


@timeless
async def test_while_one_is_under_way_there_is_no_other():
    scene = Scene()
    await scene.stage.begin()
    scene.hand_offs.ask("c1", "billing")
    assert scene.hand_offs.ask("c2", "sales") == ALREADY
    await scene.stage.sends(result("c1"), result("c2"))
    assert [agent for agent, _, _ in scene.entered] == ["billing"]


@timeless
async def test_one_that_was_called_off_with_its_tool_is_not_made():
    scene = Scene()
    await scene.stage.begin()
    scene.hand_offs.ask("c1", "billing")
    cancel = FunctionCallCancelFrame(function_name="hand_off_to_billing", tool_call_id="c1")
    await scene.stage.sends(cancel, result())
    assert scene.entered == []
    assert scene.hand_offs.ask("c2", "sales") == ""


@timeless
async def test_for_one_turn_the_call_changes_hands_so_often_and_no_more():
    scene = Scene(max_in_turn=1)
    await scene.stage.begin()
    scene.hand_offs.ask("c1", "billing")
    await scene.stage.sends(result())
    assert scene.hand_offs.ask("c2", "desk") == ENOUGH
    await scene.stage.sends(UserTurnCompletedFrame())
    assert scene.hand_offs.ask("c3", "desk") == ""


@timeless
@pytest.mark.parametrize("speaks", [True, False])
async def test_the_new_agent_lets_the_user_finish_and_then_owes_an_answer(speaks):
    scene = Scene()
    await scene.stage.begin()
    scene.hand_offs.ask("c1", "billing")
    await scene.stage.sends(UserStartedSpeakingFrame())
    if not speaks:
        await scene.stage.sends(UserStoppedSpeakingFrame())
    await scene.stage.sends(result())
    assert [opens for _, opens, _ in scene.entered] == [not speaks]
    assert scene.floor.owes_answer is speaks


@timeless
async def test_the_tools_change_where_the_agent_enters_and_it_opens_then():
    context = LLMContext(tools=[tool("old")])
    opened = []

    async def opens(agent_id):
        opened.append((agent_id, [found.name for found in context.tools.standard_tools]))

    stage = await Stage(AgentEntry(context, opens)).begin()
    await stage.sends(AgentEntersFrame(agent_id="billing", tools=[tool("new")]))
    assert opened == [("billing", ["new"])]
    [changed] = stage.down.all()
    assert isinstance(changed, AgentChangedFrame)
    assert changed.agent_id == "billing"


@timeless
async def test_an_agent_that_is_to_answer_the_user_does_not_open():
    opened = []

    async def opens(agent_id):
        opened.append(agent_id)

    stage = await Stage(AgentEntry(LLMContext(), opens)).begin()
    await stage.sends(AgentEntersFrame(agent_id="billing", tools=[], opens=False))
    assert stage.down.kinds() == [AgentChangedFrame]
    assert opened == []
