"""The gate and a reply that was begun early: it is let out when the turn's hook leaves it valid."""

from __future__ import annotations

import asyncio

import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.turns.speculation_gate import SpeculationGate

from processors.floor import Floor
from processors.frames import UserTurnCompletedFrame
from processors.preemption import Preemption
from processors.running_transcript import RunningTranscript
from processors.user_turn_gate import RefuseTurn, UserTurnGate
from tests.processors.stage import Stage
from tests.processors.timeless import timeless, until

OUT = [LLMContextUserTurnFrame, UserTurnCompletedFrame, UserStoppedSpeakingFrame]
CALLED_OFF = [
    LLMContextUserTurnFrame,
    EagerEndOfTurnCancelFrame,
    UserTurnCompletedFrame,
    UserStoppedSpeakingFrame,
]
ANEW = [*CALLED_OFF, LLMContextFrame]


class Gate(Stage):
    """A gate behind a user's aggregator whose strategies begin replies early."""

    def __init__(self, hook=None):
        self.floor, self.transcript = Floor(), RunningTranscript()
        self.context = LLMContext()
        self.preemption = Preemption(self.floor, self.transcript, self.context)
        gate = UserTurnGate(hook, floor=self.floor, preemption=self.preemption)
        super().__init__(gate)

    async def asks_early(self, text="Hi."):
        """A final transcript comes, and the LLM is asked before the end of the turn."""
        self.transcript.take(TranscriptionFrame(text=text, user_id="", timestamp=""))
        early = self.preemption.begin()
        messages = [*self.context.get_messages(), {"role": "user", "content": early.text}]
        await self.sends(LLMContextFrame(LLMContext(messages), speculation=True))
        self.down.heard.clear()

    async def turn_ends(self, text=None):
        """The turn ends with the words so far, or with `text`, and is written to the context."""
        if text:
            self.transcript.take(TranscriptionFrame(text=text, user_id="", timestamp=""))
        text = self.transcript.text
        confirmed = self.preemption.confirm()
        if not confirmed and self.preemption.withdraw():
            await self.sends(EagerEndOfTurnCancelFrame())
        self.transcript.clear()
        self.context.add_message({"role": "user", "content": text})
        turn = LLMContextUserTurnFrame(text=text, timestamp="")
        if confirmed:
            await self.sends(UserStoppedSpeakingFrame(), turn)
        else:
            await self.sends(turn, LLMContextFrame(self.context), UserStoppedSpeakingFrame())

    @property
    def completed(self):
        frames = self.down.all(UserTurnCompletedFrame)
        return [(frame.preempted, frame.refused) for frame in frames]

    @property
    def contents(self):
        return [message["content"] for message in self.context.get_messages()]


async def gate(hook=None):
    return await Gate(hook).begin()


class Slow:
    """A hook that waits until it is let go on."""

    def __init__(self):
        self.goes_on, self.calls = asyncio.Event(), []

    async def __call__(self, context, text):
        self.calls.append(text)
        await self.goes_on.wait()


@timeless
async def test_what_the_llm_is_asked_early_passes_and_nobody_says_that_the_bot_thinks():
    stage = await gate()
    stage.transcript.take(TranscriptionFrame(text="Hi.", user_id="", timestamp=""))
    stage.preemption.begin()
    asked = LLMContextFrame(LLMContext(), speculation=True)
    await stage.sends(asked)
    assert stage.down.all() == [asked]
    assert not stage.floor.busy


@timeless
async def test_a_reply_that_still_fits_is_let_out_and_not_asked_for_again():
    stage = await gate()
    await stage.asks_early()
    await stage.turn_ends()
    assert stage.down.kinds() == OUT
    assert stage.completed == [(True, False)]
    assert stage.floor.busy


@timeless
async def test_it_is_let_out_only_when_the_hook_has_run():
    hook = Slow()
    stage = await gate(hook)
    await stage.asks_early()
    await stage.turn_ends()
    assert stage.down.kinds() == [LLMContextUserTurnFrame]
    assert stage.floor.busy
    await until(1)
    hook.goes_on.set()
    await until(2)
    assert stage.down.kinds() == OUT
    assert hook.calls == ["Hi."]


@timeless
async def test_a_hook_that_changes_the_context_has_the_reply_given_anew():
    async def hook(context, _text):
        context.add_message({"role": "developer", "content": "Be brief."})

    stage = await gate(hook)
    await stage.asks_early()
    await stage.turn_ends()
    assert stage.down.kinds() == ANEW
    assert stage.completed == [(False, False)]
    assert stage.down.all(LLMContextFrame)[0].context is stage.context
    assert not stage.down.all(LLMContextFrame)[0].speculation
    assert stage.contents == ["Hi.", "Be brief."]
    assert stage.floor.busy


@timeless
async def test_a_hook_that_refuses_the_turn_has_the_reply_called_off():
    async def hook(_context, _text):
        raise RefuseTurn

    stage = await gate(hook)
    await stage.asks_early()
    await stage.turn_ends()
    assert stage.down.kinds() == CALLED_OFF
    assert stage.completed == [(False, True)]
    assert stage.contents == []
    assert not stage.floor.busy


@timeless
async def test_the_next_turn_after_a_refused_one_is_answered():
    async def hook(_context, text):
        if text == "Psst.":
            raise RefuseTurn

    stage = await gate(hook)
    await stage.asks_early("Psst.")
    await stage.turn_ends()
    await stage.asks_early("Hi.")
    await stage.turn_ends()
    assert stage.down.kinds() == OUT


@timeless
async def test_more_words_before_the_end_of_the_turn_have_it_answered_as_any_other():
    stage = await gate()
    await stage.asks_early("How are")
    await stage.turn_ends("you?")
    # The end of the turn, of which the gate need not wait for anything, overtakes what waits.
    assert [kind for kind in stage.down.kinds() if kind is not UserStoppedSpeakingFrame] == [
        EagerEndOfTurnCancelFrame,
        LLMContextUserTurnFrame,
        UserTurnCompletedFrame,
        LLMContextFrame,
    ]
    assert len(stage.down.all(UserStoppedSpeakingFrame)) == 1
    assert stage.completed == [(False, False)]


@timeless
async def test_an_llm_that_wants_a_tool_before_the_end_of_the_turn_is_asked_at_its_end():
    stage = await gate()
    await stage.asks_early()
    await stage.returns(EagerEndOfTurnCancelFrame())
    assert stage.down.kinds() == []
    assert stage.up.kinds() == [EagerEndOfTurnCancelFrame]
    await stage.turn_ends()
    assert stage.completed == [(False, False)]
    assert len(stage.down.all(LLMContextFrame)) == 1


@timeless
async def test_an_llm_that_wants_a_tool_while_the_hook_runs_is_asked_when_it_has_run():
    hook = Slow()
    stage = await gate(hook)
    await stage.asks_early()
    await stage.turn_ends()
    await stage.returns(EagerEndOfTurnCancelFrame())
    assert stage.down.all(LLMContextFrame) == []
    hook.goes_on.set()
    await until(1)
    assert stage.down.kinds() == ANEW
    assert stage.completed == [(False, False)]
    assert hook.calls == ["Hi."]


@timeless
async def test_an_llm_that_wanted_a_tool_before_it_knew_of_the_turns_end_is_asked_again_once():
    stage = await gate()
    await stage.asks_early()
    await stage.turn_ends()
    await stage.returns(EagerEndOfTurnCancelFrame(), EagerEndOfTurnCancelFrame())
    assert stage.down.kinds() == [*OUT, LLMContextFrame]
    assert stage.down.all(LLMContextFrame)[0].context is stage.context


@timeless
async def test_an_llm_that_wants_a_tool_for_the_next_turn_is_not_asked_for_the_last_one():
    stage = await gate()
    await stage.asks_early("Hi.")
    await stage.turn_ends()
    stage.floor.thought()
    await stage.asks_early("Rain?")
    await stage.returns(EagerEndOfTurnCancelFrame())
    assert stage.down.all(LLMContextFrame) == []


@timeless
async def test_what_else_is_answered_takes_the_place_of_the_early_reply():
    stage = await gate()
    await stage.asks_early("Hi.")
    typed = LLMContextFrame(stage.context)
    await stage.sends(typed)
    await stage.turn_ends()
    assert stage.completed == [(False, False)]
    assert [frame.speculation for frame in stage.down.all(LLMContextFrame)] == [False, False]


@timeless
async def test_a_withdrawal_that_comes_after_an_interruption_asks_nothing():
    stage = await gate()
    await stage.asks_early()
    await stage.turn_ends()
    await stage.sends(InterruptionFrame())
    await stage.returns(EagerEndOfTurnCancelFrame())
    assert stage.down.all(LLMContextFrame) == []


@timeless
async def test_an_interruption_before_the_end_of_the_turn_calls_the_reply_off():
    stage = await gate()
    await stage.asks_early()
    await stage.sends(InterruptionFrame())
    await stage.turn_ends()
    assert stage.completed == [(False, False)]
    assert len(stage.down.all(LLMContextFrame)) == 1


async def interrupted_in_the_hook(hook):
    stage = await gate(hook)
    await stage.asks_early()
    await stage.turn_ends()
    await stage.sends(UserStartedSpeakingFrame(), InterruptionFrame())
    hook.goes_on.set()
    await until(1)
    return stage


@timeless
async def test_an_interruption_while_the_hook_runs_leaves_nothing_to_answer():
    stage = await interrupted_in_the_hook(Slow())
    assert UserTurnCompletedFrame not in stage.down.kinds()
    assert LLMContextFrame not in stage.down.kinds()


@timeless
async def test_the_turn_after_one_that_was_called_off_in_its_hook_is_asked_once():
    stage = await interrupted_in_the_hook(Slow())
    await stage.turn_ends("And now?")
    assert stage.completed == [(False, False)]
    assert len(stage.down.all(LLMContextFrame)) == 1


@timeless
async def test_a_turn_called_off_in_its_hook_does_not_let_the_next_early_reply_out():
    stage = await interrupted_in_the_hook(Slow())
    service = SpeculationGate()
    for frame in stage.down.all():
        service.process(frame, FrameDirection.DOWNSTREAM)
    service.begin_speculation(speculation=True)
    assert service.is_speculating


@timeless
@pytest.mark.parametrize("speculation", [True, False])
async def test_once_the_call_ends_nothing_is_asked_of_the_llm(speculation):
    stage = await gate()
    stage.floor.closed = True
    turn = LLMContextUserTurnFrame(text="Hi.", timestamp="")
    await stage.sends(turn, LLMContextFrame(stage.context, speculation=speculation))
    assert stage.down.kinds() == [LLMContextUserTurnFrame]
    assert not stage.floor.busy
