"""The limit on rounds of tools: past it, the LLM is asked once more without them."""

from __future__ import annotations

from pipecat.frames.frames import LLMContextFrame, TextFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.tool_limit import ToolStepLimit


def after(rounds):
    """A context in which the LLM has called tools this often since the user's last message."""
    messages = [{"role": "user", "content": "Earlier."}, *steps(5)]
    return LLMContext(messages=[*messages, {"role": "user", "content": "Rain?"}, *steps(rounds)])


def steps(rounds):
    function = {"name": "f", "arguments": "{}"}
    for number in range(rounds):
        call = {"id": f"{number}", "type": "function", "function": function}
        yield {"role": "assistant", "tool_calls": [call]}
        yield {"role": "tool", "tool_call_id": f"{number}", "content": "x"}


async def passed(context, direction=FrameDirection.UPSTREAM):
    frames = [LLMContextFrame(context)]
    down, up = await run_test(
        ToolStepLimit(3), frames_to_send=frames, frames_to_send_direction=direction
    )
    (frame,) = [*down, *up]
    return frame.context


async def test_the_permitted_rounds_go_back_as_they_are():
    context = after(3)
    assert await passed(context) is context


async def test_past_the_limit_the_results_go_back_with_the_tools_taken_away():
    context = after(4)
    limited = await passed(context)
    assert limited is not context
    assert limited.tool_choice == "none"
    assert limited.get_messages() == context.get_messages()
    assert context.tool_choice != "none"


async def test_a_users_turn_is_never_limited():
    context = after(9)
    assert await passed(context, FrameDirection.DOWNSTREAM) is context


async def test_every_other_frame_passes():
    frame = TextFrame("x")
    assert (await run_test(ToolStepLimit(0), frames_to_send=[frame]))[0] == [frame]
