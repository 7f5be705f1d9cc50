"""The gate: each user turn's hook runs before the LLM is asked, and never breaks the call."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from loguru import logger
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    TextFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.floor import Floor
from processors.frames import UserTurnCompletedFrame
from processors.user_turn_gate import RefuseTurn, UserTurnGate
from tests.processors.stage import Stage
from tests.processors.timeless import timeless
from tests.scripted.llm import ScriptedLLM
from tests.scripted.tts import ScriptedTTS


@pytest.fixture
def said():
    lines = []
    sink = logger.add(lambda message: lines.append(str(message)), level="ERROR")
    yield lines
    logger.remove(sink)


def context_of(*texts):
    return LLMContext(messages=[{"role": "user", "content": text} for text in texts])


def turn_of(context, text="Hi."):
    return [LLMContextUserTurnFrame(text=text, timestamp=""), LLMContextFrame(context)]


async def through(gate, frames, direction=FrameDirection.DOWNSTREAM):
    down, up = await run_test(gate, frames_to_send=frames, frames_to_send_direction=direction)
    return [*down, *up]


def completed(frames):
    return [(f.hook_seconds, f.refused) for f in frames if isinstance(f, UserTurnCompletedFrame)]


def kinds(frames):
    return [type(frame) for frame in frames]


async def test_a_turn_without_a_hook_goes_on_at_once():
    frames = await through(UserTurnGate(clock=lambda: 1.0), turn_of(context_of("Hi.")))
    assert kinds(frames) == [LLMContextUserTurnFrame, UserTurnCompletedFrame, LLMContextFrame]
    assert completed(frames) == [(0.0, False)]


async def test_the_hook_is_given_context_and_text_and_its_time_is_taken():
    given, context = [], context_of("Hi.")

    async def hook(its_context, text):
        given.append((its_context, text))

    ticks = itertools.count(step=0.25)
    frames = await through(UserTurnGate(hook, clock=lambda: next(ticks)), turn_of(context))
    assert given == [(context, "Hi.")]
    assert completed(frames) == [(0.25, False)]


async def test_what_the_hook_changes_in_the_context_reaches_the_llm():
    async def hook(context, _text):
        context.add_message({"role": "developer", "content": "Be brief."})

    frames = await through(UserTurnGate(hook), turn_of(context_of("Hi.")))
    assert [m["content"] for m in frames[-1].context.get_messages()] == ["Hi.", "Be brief."]


async def test_a_refused_turn_leaves_the_context_and_is_not_answered():
    async def hook(_context, _text):
        raise RefuseTurn

    context = context_of("First.", "Psst.")
    frames = await through(UserTurnGate(hook), turn_of(context, "Psst."))
    assert kinds(frames) == [LLMContextUserTurnFrame, UserTurnCompletedFrame]
    assert completed(frames)[0][1] is True
    assert [m["content"] for m in context.get_messages()] == ["First."]


async def test_a_refused_turn_leaves_the_context_though_the_hook_wrote_something_behind_it():
    async def hook(context, _text):
        context.add_message({"role": "developer", "content": "Refused."})
        raise RefuseTurn

    context = context_of("First.", "Psst.")
    await through(UserTurnGate(hook), turn_of(context, "Psst."))
    assert [m["content"] for m in context.get_messages()] == ["First.", "Refused."]


async def test_a_refusal_does_not_touch_a_message_that_is_not_the_turn():
    async def hook(context, _text):
        context.set_messages([{"role": "user", "content": "Rewritten."}])
        raise RefuseTurn

    context = context_of("Psst.")
    await through(UserTurnGate(hook), turn_of(context, "Psst."))
    assert [m["content"] for m in context.get_messages()] == ["Rewritten."]


async def test_a_hook_that_raises_is_said_and_the_turn_goes_on(said):
    async def hook(_context, _text):
        raise ValueError("odd")

    frames = await through(UserTurnGate(hook), turn_of(context_of("Hi.")))
    assert completed(frames)[0][1] is False
    assert kinds(frames)[-1] is LLMContextFrame
    assert len(said) == 1
    assert "odd" in said[0]


async def test_a_hook_that_hangs_is_abandoned(said):
    ended = []

    async def hook(_context, _text):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    frames = await through(UserTurnGate(hook, timeout=0.01), turn_of(context_of("Hi.")))
    assert kinds(frames)[-1] is LLMContextFrame
    assert ended == [True]
    assert "did not return within 0.01 s" in said[0]


async def test_a_context_that_ends_no_turn_passes():
    async def hook(_context, _text):
        raise AssertionError("no turn has ended")

    frames = await through(UserTurnGate(hook), [LLMContextFrame(context_of()), TextFrame("x")])
    assert kinds(frames) == [LLMContextFrame, TextFrame]


async def test_tool_results_on_their_way_up_pass():
    frames = [LLMContextFrame(context_of())]
    passed = await through(UserTurnGate(), frames, FrameDirection.UPSTREAM)
    assert kinds(passed) == [LLMContextFrame]


class Gate(Stage):
    """A gate and the floor on which it notes what the bot is about."""

    def __init__(self, hook=None):
        self.floor = Floor()
        super().__init__(UserTurnGate(hook, floor=self.floor))


@timeless
async def test_the_bot_thinks_from_the_end_of_the_turn_on_the_hook_included():
    goes_on = asyncio.Event()

    async def hook(_context, _text):
        await goes_on.wait()

    gate = await Gate(hook).begin()
    assert not gate.floor.busy
    await gate.sends(*turn_of(context_of("Hi.")))
    assert kinds(gate.down.all()) == [LLMContextUserTurnFrame]
    assert gate.floor.busy
    goes_on.set()
    await gate.sends()
    assert kinds(gate.down.all())[-1] is LLMContextFrame
    assert gate.floor.busy


@timeless
async def test_after_a_refused_turn_the_bot_has_nothing_to_do():
    async def hook(_context, _text):
        raise RefuseTurn

    gate = await Gate(hook).begin()
    await gate.sends(*turn_of(context_of("Hi.")))
    assert not gate.floor.busy


@timeless
async def test_whatever_asks_the_llm_makes_the_bot_think_and_runs_no_hook():
    async def hook(_context, _text):
        raise AssertionError("no turn has ended")

    gate = await Gate(hook).begin()
    await gate.sends(LLMContextFrame(context_of("Typed.")))
    assert kinds(gate.down.all()) == [LLMContextFrame]
    assert gate.floor.busy


@timeless
async def test_a_failure_ends_the_thinking():
    gate = await Gate().begin()
    await gate.sends(*turn_of(context_of("Hi.")))
    await gate.returns(ErrorFrame("down"))
    assert not gate.floor.busy
    assert gate.up.kinds() == [ErrorFrame]


@timeless
async def test_what_a_voice_fails_at_is_not_what_the_llm_thinks_of():
    gate = await Gate().begin()
    await gate.sends(*turn_of(context_of("Hi.")))
    await gate.returns(ErrorFrame("down", processor=ScriptedTTS()))
    assert gate.floor.busy
    await gate.returns(ErrorFrame("down", processor=ScriptedLLM()))
    assert not gate.floor.busy


@timeless
@pytest.mark.parametrize("interruptible", [True, False])
async def test_a_text_to_be_said_is_noted_with_whether_it_may_be_cut(interruptible):
    gate = await Gate().begin()
    speak = TTSSpeakFrame("Hello.")
    speak.interruptible = interruptible
    await gate.sends(speak)
    assert gate.down.all() == [speak]
    assert gate.floor.busy
    assert gate.floor.interruptible is interruptible


@timeless
async def test_an_interruption_while_the_hook_runs_leaves_the_turn_unanswered():
    cancelled = []

    async def hook(_context, _text):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    gate = await Gate(hook).begin()
    await gate.sends(*turn_of(context_of("Hi.")))
    await gate.sends(InterruptionFrame(), TextFrame("x"))
    assert kinds(gate.down.all()) == [LLMContextUserTurnFrame, InterruptionFrame, TextFrame]
    assert cancelled == [True]


@timeless
async def test_the_turn_after_one_that_was_called_off_is_not_taken_for_it():
    texts = []

    async def hook(_context, text):
        texts.append(text)

    gate = await Gate(hook).begin()
    first, _ = turn_of(context_of("Hi."))
    await gate.sends(first)
    await gate.sends(InterruptionFrame())
    await gate.sends(LLMContextFrame(context_of("Typed.")))
    await gate.sends(*turn_of(context_of("And?"), "And?"))
    assert texts == ["And?"]


@timeless
async def test_the_end_of_a_turn_that_nobody_began_to_answer_is_not_held():
    gate = await Gate().begin()
    await gate.sends(UserStoppedSpeakingFrame())
    assert kinds(gate.down.all()) == [UserStoppedSpeakingFrame]
