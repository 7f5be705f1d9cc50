"""What a realtime model's turns are to everybody else, and what it is given to answer."""

from __future__ import annotations

from types import SimpleNamespace

from pipecat.frames.frames import (
    EndFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.floor import Floor
from processors.frames import UserTurnCompletedFrame, UserTurnHeardFrame
from processors.realtime.asking import AskModelFrame, PastAggregator
from processors.realtime.turns import ModelTurns
from tests.processors.stage import Stage
from tests.processors.timeless import timeless

TYPED = {"role": "user", "content": "Hello?"}


class Before(Stage):
    """What stands before a model."""

    def __init__(self):
        self.floor, self.context, self.cancelled = Floor(), LLMContext(), 0
        super().__init__(ModelTurns(self.floor, self.context, self.cancel))

    async def cancel(self):
        self.cancelled += 1


def delta(item, text):
    result = SimpleNamespace(item_id=item, delta=text)
    return InterimTranscriptionFrame(text, "", "", result=result)


@timeless
async def test_the_end_of_a_turn_is_told_and_the_bot_thinks():
    stage = await Before().begin()
    await stage.returns(ProposedUserStoppedSpeakingFrame())
    assert stage.down.kinds() == [UserTurnHeardFrame]
    assert stage.floor.busy
    assert stage.up.kinds() == [ProposedUserStoppedSpeakingFrame]


@timeless
async def test_interim_words_grow_and_final_ones_cannot_be_swept_away():
    stage = await Before().begin()
    await stage.returns(delta("a", "It "), delta("a", "is"), delta("b", "No"))
    await stage.returns(TranscriptionFrame("It is.", "", ""))
    assert [frame.text for frame in stage.up.all()] == ["It ", "It is", "No", "It is."]
    assert not any(frame.interruptible for frame in stage.up.all())


@timeless
async def test_a_turn_that_was_written_down_is_not_answered_again():
    stage = await Before().begin()
    await stage.sends(
        LLMContextUserTurnFrame(text="Hi.", timestamp=""), LLMContextFrame(stage.context)
    )
    assert stage.down.kinds() == [LLMContextUserTurnFrame, UserTurnCompletedFrame]


@timeless
async def test_the_first_thing_asked_comes_with_the_context_and_the_next_into_the_session():
    stage = await Before().begin()
    await stage.sends(AskModelFrame(messages=[TYPED]))
    assert stage.down.kinds() == [LLMContextFrame]
    assert stage.context.get_messages() == [TYPED]
    await stage.sends(AskModelFrame(messages=[TYPED]), AskModelFrame())
    asked = stage.down.all(LLMMessagesAppendFrame)
    assert [frame.messages[0]["role"] for frame in asked] == ["user", "developer"]
    assert all(frame.run_llm for frame in asked)


@timeless
async def test_the_model_is_told_of_an_interruption_that_is_not_its_own():
    stage = await Before().begin()
    await stage.returns(ProposedUserStartedSpeakingFrame())
    await stage.sends(InterruptionFrame())
    assert stage.cancelled == 0
    await stage.sends(InterruptionFrame())
    assert stage.cancelled == 1


@timeless
async def test_nothing_is_asked_of_a_call_that_ends():
    stage = await Before().begin()
    await stage.sends(EndFrame())
    assert stage.floor.closed


@timeless
async def test_what_is_to_be_answered_goes_past_the_aggregator_under_cover():
    stage = await Stage(PastAggregator()).begin()
    await stage.sends(
        LLMRunFrame(),
        LLMMessagesAppendFrame(messages=[TYPED], run_llm=True),
        LLMMessagesAppendFrame(messages=[TYPED]),
    )
    assert stage.down.kinds() == [AskModelFrame, AskModelFrame, LLMMessagesAppendFrame]
    assert stage.down.all(AskModelFrame)[1].messages == [TYPED]
