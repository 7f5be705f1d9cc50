"""What the voice notes on the floor: who thinks, which tools are at work, what has been said."""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    FunctionCallCancelFrame,
    FunctionCallFromLLM,
    FunctionCallResultFrame,
    FunctionCallResultProperties,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from tests.processors.timeless import timeless, until
from tests.processors.voice import Spoken, Voice


def results_in(properties=None):
    return FunctionCallResultFrame("f", "1", arguments={}, result="x", properties=properties)


def calls(*ids):
    return FunctionCallsStartedFrame([FunctionCallFromLLM("f", i, {}, None) for i in ids])


@timeless
async def test_the_voice_notes_that_the_llm_thinks_about_a_tools_answer_until_it_has():
    stage = await Spoken().begin()
    await stage.sends(calls("1", "2"), LLMFullResponseEndFrame())
    await stage.sends(results_in(), FunctionCallCancelFrame("f", "2"))
    assert not stage.floor.busy
    await stage.returns(LLMContextFrame(LLMContext()))
    assert stage.floor.busy
    await stage.sends(LLMFullResponseStartFrame(), LLMFullResponseEndFrame())
    assert not stage.floor.busy


@timeless
async def test_the_voice_notes_the_tools_at_work():
    stage = await Spoken().begin()
    await stage.sends(calls("1", "2"))
    await stage.sends(results_in())
    assert stage.floor.busy
    await stage.sends(FunctionCallCancelFrame("f", "2"))
    assert not stage.floor.busy


@timeless
async def test_progress_of_a_tool_is_not_its_end():
    stage = await Spoken().begin()
    await stage.sends(calls("1"))
    await stage.sends(results_in(FunctionCallResultProperties(is_final=False)))
    assert stage.floor.busy


@timeless
async def test_the_last_answer_of_a_tool_that_made_progress_is_its_end():
    stage = await Spoken().begin()
    await stage.sends(calls("1"))
    await stage.sends(results_in(FunctionCallResultProperties(is_final=True)))
    assert not stage.floor.busy


@timeless
async def test_no_other_frame_ends_the_thinking_or_the_sound():
    stage, voice = await Spoken().begin(), Voice()
    stage.floor.thinks()
    await stage.sends(TextFrame("x"), *voice.speech(1))
    await until(0.97)
    await stage.returns(TextFrame("x"))
    assert stage.playback.sounding
    await until(1.01)
    assert not stage.playback.sounding
    assert stage.floor.busy


@timeless
async def test_a_tools_answer_that_is_held_keeps_the_bot_busy():
    stage = await Spoken().begin()
    await stage.sends(calls("1"))
    await stage.pauses(1)
    await stage.sends(results_in())
    assert stage.floor.busy


@timeless
async def test_the_voice_notes_an_interruption():
    stage = await Spoken().begin()
    stage.floor.thinks()
    stage.floor.say_requested(interruptible=True)
    await stage.sends(InterruptionFrame())
    assert not stage.floor.busy


@timeless
async def test_the_first_audio_of_a_text_is_the_voices_own():
    stage, voice = await Spoken().begin(), Voice()
    stage.floor.say_requested(interruptible=True)
    await stage.sends(*voice.speech(1))
    await until(0.9)
    assert stage.floor.busy
    await until(1.1)
    assert not stage.floor.busy


@timeless
async def test_the_audio_of_a_reply_is_not_that_of_a_text_that_waits():
    stage, voice = await Spoken().begin(), Voice()
    stage.floor.say_requested(interruptible=False)
    reply = [LLMFullResponseStartFrame(), *voice.speech(1), LLMFullResponseEndFrame()]
    await stage.sends(*reply)
    await until(1.1)
    assert stage.floor.busy
    assert not stage.floor.interruptible
    await stage.sends(*Voice(cut=False).speech(1, "b"))
    await until(3)
    assert not stage.floor.busy


@timeless
async def test_a_text_that_gave_no_audio_leaves_the_next_one_its_place():
    stage, voice = await Spoken().begin(), Voice(cut=False)
    stage.floor.say_requested(interruptible=False)
    stage.floor.say_requested(interruptible=False)
    await stage.sends(voice.starts(), voice.stops(), *voice.speech(1, "b"))
    await until(2)
    assert not stage.floor.busy


@timeless
async def test_a_text_that_gave_no_audio_frees_the_bot():
    stage, voice = await Spoken().begin(), Voice()
    stage.floor.say_requested(interruptible=True)
    waiting = asyncio.create_task(stage.floor.free())
    await stage.sends(voice.starts(), voice.stops(), at=1)
    assert waiting.done()


@timeless
async def test_the_output_knows_best_when_the_bot_has_been_heard_out():
    stage, voice = await Spoken().begin(), Voice()
    await stage.sends(*voice.speech(1))
    waiting = asyncio.create_task(stage.floor.free())
    await until(0.97)
    await stage.returns(BotStoppedSpeakingFrame())
    assert waiting.done()
    assert not stage.playback.sounding


@timeless
async def test_an_output_that_runs_dry_while_the_voice_is_held_has_not_heard_it_out():
    stage, voice = await Spoken().begin(), Voice()
    await stage.sends(*voice.speech(1))
    await stage.pauses(0.5)
    waiting = asyncio.create_task(stage.floor.free())
    await until(0.8)
    await stage.returns(BotStoppedSpeakingFrame())
    assert not waiting.done()
    assert stage.playback.sounding


@timeless
async def test_the_rest_of_what_may_not_be_cut_is_not_taken_for_the_text_behind_it():
    stage, firm = await Spoken().begin(), Voice(cut=False)
    stage.floor.say_requested(interruptible=False)
    stage.floor.say_requested(interruptible=False)
    await stage.sends(*firm.speech(1))
    await stage.sends(InterruptionFrame(), at=0.5)
    await until(1.5)
    assert stage.floor.busy
