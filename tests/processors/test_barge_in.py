"""When the user's turn begins, and what becomes of the bot's reply when it does."""

from __future__ import annotations

import asyncio

import pytest
from pipecat.frames.frames import BotStartedSpeakingFrame

from processors.barge_in import Verdict
from processors.frames import UserTurnDroppedFrame
from tests.processors.talked_over import SETTLES, Bot, speaking_bot
from tests.processors.timeless import now, timeless, until


@timeless
async def test_an_idle_bots_user_has_the_turn_with_the_first_sound():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    await until(9)
    assert bot.did == [(1, "start")]


@timeless
async def test_a_speaking_bot_is_paused_by_speech_that_lasts():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await until(9)
    # The VAD has heard 0.2 of the 0.5 seconds before it said so.
    assert bot.did == [(1.3, "pause")]


@timeless
async def test_a_short_noise_without_words_changes_nothing():
    bot = await speaking_bot()
    await bot.speaks(1, 1.29)
    await until(9)
    assert bot.did == []


@timeless
async def test_two_short_noises_do_not_add_up():
    bot = await speaking_bot()
    await bot.speaks(1, 1.2)
    await bot.speaks(1.3, 1.5)
    await until(9)
    assert bot.did == []


@timeless
async def test_a_noise_that_the_vad_only_still_holds_does_not_count_as_lasting():
    sounds = asyncio.Event()
    bot = await speaking_bot(sound=sounds.wait)
    await bot.speaks(1, 1.6)
    await until(9)
    assert bot.did == []


@timeless
async def test_a_noise_that_goes_on_after_all_has_lasted():
    sounds = asyncio.Event()
    bot = await speaking_bot(sound=sounds.wait)
    await bot.speech_starts(1)
    await until(1.5)
    sounds.set()
    await until(9)
    assert bot.did == [(1.5, "pause")]


@timeless
async def test_words_pause_a_speaking_bot_at_once():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await bot.words(1.1, "stop")
    await until(9)
    assert bot.did == [(1.1, "pause")]


@timeless
async def test_final_words_pause_a_speaking_bot_without_any_sound():
    bot = await speaking_bot()
    await bot.words(1, "Stop.", final=True)
    await until(9)
    assert bot.did == [(1, "pause")]


@timeless
async def test_final_words_cut_a_bot_that_is_paused():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await bot.words(2, "Stop.", final=True)
    await until(9)
    assert bot.did == [(1.3, "pause"), (2, "start")]


@timeless
async def test_an_empty_transcript_is_not_words():
    bot = await speaking_bot()
    await bot.words(1, "  ")
    await bot.words(1, "", final=True)
    assert bot.did == []


def think(floor):
    floor.thinks()


def use_a_tool(floor):
    floor.tool_started("1")


def mean_to_speak(floor):
    floor.say_requested(interruptible=True)


@timeless
@pytest.mark.parametrize("do", [think, use_a_tool, mean_to_speak])
async def test_a_bot_that_is_about_something_is_protected_like_a_speaking_one(do):
    bot = await Bot().begin()
    do(bot.floor)
    await bot.speaks(1, 1.2)
    await bot.speech_starts(2)
    await until(9)
    assert bot.did == [(2.3, "pause")]


@timeless
async def test_a_bot_that_has_spoken_is_idle_again():
    bot = await speaking_bot()
    bot.sounding = False
    await bot.speech_starts(3)
    assert bot.did == [(3, "start")]


@timeless
async def test_a_duration_shorter_than_the_vads_own_window_is_already_over():
    bot = await speaking_bot(min_duration=0.2)
    await bot.speech_starts(1)
    await until(9)
    assert bot.did == [(1, "pause")]


@timeless
async def test_a_clean_up_forgets_a_speech_that_had_begun():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await bot.strategy.cleanup()
    await until(9)
    assert bot.did == []


@timeless
async def test_a_bot_that_begins_to_speak_into_an_open_turn_is_paused_by_it():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    await until(1.1)
    bot.floor.say_requested(interruptible=True)
    await until(9)
    assert bot.did == [(1, "start"), (1.3, "pause")]


@timeless
async def test_a_bot_that_begins_late_into_an_open_turn_is_paused_at_once():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    await until(5)
    bot.floor.say_requested(interruptible=True)
    await until(9)
    assert bot.did == [(1, "start"), (5, "pause")]


@timeless
async def test_a_turn_that_is_open_already_is_not_started_again_but_cuts_the_bot():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    await until(5)
    bot.floor.say_requested(interruptible=True)
    await bot.words(6, "Excuse me.", final=True)
    assert bot.did == [(1, "start"), (5, "pause"), (6, "interruption")]


@timeless
async def test_a_bot_that_was_cut_in_an_open_turn_is_paused_again_when_it_speaks_again():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    for at in (5, 7):
        await until(at)
        bot.floor.say_requested(interruptible=True)
        await bot.words(at + 1, "Excuse me.", final=True)
    assert bot.did[1:] == [(5, "pause"), (6, "interruption"), (7, "pause"), (8, "interruption")]


@timeless
async def test_a_bot_that_has_finished_meanwhile_is_not_paused():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    bot.sounding = False
    await until(9)
    assert bot.did == []


@timeless
async def test_a_bot_that_begins_to_speak_after_the_users_speech_is_left_alone():
    bot = await Bot().begin()
    await bot.speaks(1, 2)
    bot.floor.say_requested(interruptible=True)
    await until(9)
    assert bot.did == [(1, "start")]


@timeless
async def test_an_idle_bots_open_turn_takes_words_without_more_ado():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    await bot.words(2, "Well,", final=True)
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert [what for _, what in bot.did if what != "start"] == []


@timeless
async def test_the_end_of_a_turn_that_never_began_starts_it():
    bot = await Bot().begin()
    bot.sounding = True
    await bot.words(1, "Yes.", final=True)
    bot.sounding = False
    await until(2)
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert bot.did == [(1, "pause"), (2, "start")]


@timeless
async def test_the_end_of_a_turn_that_never_began_waits_until_its_start_is_through():
    bot = await Bot(min_words=2).begin()
    bot.sounding = True
    await bot.words(1, "Yes.", final=True)
    bot.sounding = False
    await until(2)
    await bot.strategy.admit()
    # Otherwise what is asked now is taken for something that the interruption calls off.
    assert now() == pytest.approx(2 + SETTLES)


@timeless
async def test_the_end_of_a_turn_cuts_the_bot_and_waits_for_what_was_heard_of_it():
    bot = await speaking_bot()
    await bot.words(1, "Stop.", final=True)
    await until(2)
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert now() == pytest.approx(2 + SETTLES)
    assert bot.did == [(1, "pause"), (2, "start")]


@timeless
async def test_over_a_speech_that_may_not_be_cut_nothing_is_stopped_and_the_words_are_dropped():
    bot = await speaking_bot(interruptible=False)
    await bot.speaks(1, 3)
    await bot.words(3, "Stop.", final=True)
    await until(4)
    assert await bot.strategy.admit() is Verdict.DROP
    assert bot.did == [(4, "reset"), (4, UserTurnDroppedFrame.__name__)]
    assert bot.transcript.text == ""


@timeless
async def test_a_bot_that_allows_no_interruptions_is_idle_to_a_user_when_it_is():
    bot = await Bot(floor={"allow_interruptions": False}).begin()
    await bot.speech_starts(1)
    await bot.words(2, "Hello.", final=True)
    assert await bot.strategy.admit() is Verdict.ANSWER


@timeless
async def test_what_was_said_over_a_speech_that_has_ended_since_is_answered():
    bot = await speaking_bot(interruptible=False)
    await bot.words(1, "Hello.", final=True)
    bot.sounding = False
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert bot.transcript.text == "Hello."


@timeless
async def test_an_interruptible_speech_behind_a_firm_one_is_stopped_by_speech_that_goes_on():
    bot = await speaking_bot(interruptible=False)
    await bot.speech_starts(1)
    await until(3)
    bot.interruptible = True
    await bot.hears(3, BotStartedSpeakingFrame())
    await until(4)
    assert [what for _, what in bot.did] == ["pause"]
