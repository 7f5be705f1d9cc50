"""A word on its way when an interruption comes belongs to what is cut, or to nothing."""

import pytest
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    FunctionCallResultFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.utils.text.base_text_aggregator import TextType

from processors.output_order import CUTS, OutputOrder
from tests.processors.stage import Stage, rest
from tests.processors.timeless import timeless


def word(text):
    frame = TTSTextFrame(text, TextType.WORD)
    frame.append_to_context = True
    return frame


class Scene:
    """The aggregator of what the bot says, behind the processor."""

    def __init__(self):
        self.context = LLMContext()
        self.output_order = OutputOrder()
        self.stage = Stage(self.output_order, LLMContextAggregatorPair(self.context).assistant())

    async def replies(self, *words):
        frames = [word(text) for text in words]
        await self.stage.sends(LLMFullResponseStartFrame(), *frames, LLMFullResponseEndFrame())

    @property
    def said(self):
        return [message["content"] for message in self.context.get_messages()]


@timeless
async def test_a_word_just_before_the_interruption_is_of_the_reply_that_is_cut():
    scene = Scene()
    await scene.stage.begin()
    await scene.stage.sends(LLMFullResponseStartFrame(), word("One"))
    await scene.stage.sends(word("two"), InterruptionFrame())
    await scene.replies("Ok.")
    assert scene.said == ["One two", "Ok."]


@timeless
async def test_nothing_goes_past_anything():
    order = OutputOrder()
    stage = await Stage(order).begin()
    result = FunctionCallResultFrame(function_name="f", tool_call_id="c", arguments={}, result="r")
    frames = [word("One"), InterruptionFrame(), result, BotStoppedSpeakingFrame(), word("Ok.")]
    await stage.sends(*frames)
    assert stage.down.all() == frames


def marked(frame, cuts):
    frame.metadata[CUTS] = cuts
    return frame


@timeless
async def test_a_word_that_was_cut_and_comes_late_is_dropped():
    stage = await Stage(OutputOrder()).begin()
    cut, late, next_one = InterruptionFrame(), word("two"), word("Ok.")
    await stage.sends(marked(cut, 1), marked(late, 0), marked(next_one, 1))
    assert stage.down.all() == [cut, next_one]


@timeless
async def test_what_may_not_be_cut_is_never_late():
    stage = await Stage(OutputOrder()).begin()
    cut, uncut = InterruptionFrame(), word("two")
    uncut.interruptible = False
    await stage.sends(marked(cut, 1), marked(uncut, 0))
    assert stage.down.all() == [cut, uncut]


@timeless
async def test_the_output_does_not_wait_for_an_interruption_to_pass():
    order = OutputOrder()
    stage = await Stage(order).begin()
    with pytest.raises(StopIteration):
        order.queue_frame(InterruptionFrame()).send(None)
    assert stage.down.all() == []
    await rest()
    assert stage.down.kinds() == [InterruptionFrame]


@timeless
async def test_what_goes_up_passes_at_once():
    stage = await Stage(OutputOrder()).begin()
    await stage.returns(BotStoppedSpeakingFrame())
    assert stage.up.kinds() == [BotStoppedSpeakingFrame]


@timeless
async def test_after_the_interruption_everything_passes_again():
    scene = Scene()
    await scene.stage.begin()
    await scene.stage.sends(InterruptionFrame())
    await scene.replies("Ok.")
    assert scene.said == ["Ok."]
