"""Whether what stopped the bot was an interruption: the words decide, and how many there are."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import InterruptionFrame

from processors.barge_in import Verdict
from tests.processors.talked_over import Bot, speaking_bot
from tests.processors.timeless import timeless, until


@timeless
async def test_without_words_the_reply_goes_on_after_the_timeout():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await until(9)
    assert bot.did == [(1.3, "pause"), (4, "resume"), (4, "false, resumed=True")]


@timeless
async def test_new_speech_keeps_the_bot_paused_until_its_own_end():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.speaks(3.5, 4.5)
    await until(9)
    assert bot.did == [(1.3, "pause"), (6.5, "resume"), (6.5, "false, resumed=True")]


@timeless
async def test_final_words_within_the_timeout_make_it_an_interruption():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.words(3.9, "Stop.", final=True)
    await until(9)
    assert bot.did == [(1.3, "pause"), (3.9, "start")]


@timeless
async def test_words_that_are_not_final_put_the_decision_off():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.words(3, "well")
    await until(9)
    assert bot.did == [(1.3, "pause"), (5, "resume"), (5, "false, resumed=True")]


@timeless
async def test_words_that_are_not_final_decide_nothing_while_the_user_speaks():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await bot.words(1.1, "well")
    await until(9)
    assert bot.did == [(1.1, "pause")]
    await bot.speech_ends(10)
    await until(20)
    assert bot.did[1:] == [(12, "resume"), (12, "false, resumed=True")]


@timeless
async def test_words_that_pause_the_bot_after_the_sound_are_waited_after():
    bot = await speaking_bot()
    await bot.words(1, "well")
    await until(9)
    assert bot.did == [(1, "pause"), (3, "resume"), (3, "false, resumed=True")]


@timeless
async def test_final_words_that_pause_the_bot_wait_for_the_end_of_the_turn():
    bot = await speaking_bot()
    await bot.words(1, "Stop.", final=True)
    await bot.speaks(1.2, 1.4)
    await until(60)
    assert bot.did == [(1, "pause")]


@timeless
async def test_a_bot_that_goes_on_can_be_stopped_again():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.speech_starts(6)
    await until(7)
    assert [what for _, what in bot.did] == ["pause", "resume", "false, resumed=True", "pause"]


@timeless
async def test_an_interruption_from_elsewhere_leaves_nothing_to_go_on_with():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.hears(3, InterruptionFrame())
    await until(9)
    assert bot.did == [(1.3, "pause")]


@timeless
async def test_a_bot_that_was_called_off_from_elsewhere_is_paused_again_when_it_speaks_again():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.hears(3, InterruptionFrame())
    await bot.speech_starts(4)
    await until(5)
    assert bot.did == [(1.3, "pause"), (4.3, "pause")]


@timeless
async def test_an_interruption_from_elsewhere_is_told_from_ones_own():
    bot = await Bot().begin()
    await bot.speech_starts(1)
    await until(3)
    bot.floor.say_requested(interruptible=True)
    await bot.words(4, "Stop.", final=True)
    await until(5)
    bot.floor.say_requested(interruptible=True)
    await bot.speech_ends(6)
    await bot.hears(7, InterruptionFrame())
    await until(20)
    assert [what for _, what in bot.did] == ["start", "pause", "interruption", "pause"]


@timeless
async def test_a_speech_that_was_over_when_it_was_paused_is_no_false_interruption():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    bot.sounding = False
    await until(9)
    assert bot.did == [(1.3, "pause"), (4, "resume")]


@timeless
async def test_after_a_speech_that_was_over_when_paused_the_next_sound_is_a_turn():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    bot.sounding = False
    await bot.speaks(3, 4)
    await until(9)
    assert bot.did == [(1.3, "pause"), (3, "start")]


@timeless
@pytest.mark.parametrize("options", [{"resume": False}, {"timeout": None}])
async def test_a_bot_that_cannot_go_on_is_cut_at_once(options):
    bot = await speaking_bot(**options)
    await bot.speaks(1, 2)
    await until(2.5)
    assert bot.did == [(1.3, "start")]


@timeless
@pytest.mark.parametrize("options", [{"resume": False}, {"timeout": None}])
async def test_a_bot_that_cannot_go_on_is_cut_by_words_at_once(options):
    bot = await speaking_bot(**options)
    await bot.speech_starts(1)
    await bot.words(1.1, "stop")
    assert bot.did == [(1.1, "start")]


@timeless
async def test_a_bot_that_was_cut_for_nothing_says_so_after_the_timeout():
    bot = await speaking_bot(resume=False)
    await bot.speaks(1, 2)
    await until(9)
    assert bot.did == [(1.3, "start"), (4, "false, resumed=False")]


@timeless
async def test_words_that_are_not_final_do_not_say_what_a_bot_was_cut_for():
    bot = await speaking_bot(resume=False)
    await bot.speech_starts(1)
    await bot.words(1.8, "well")
    await bot.speech_ends(2)
    await until(9)
    assert bot.did[-1] == (4, "false, resumed=False")


@timeless
async def test_a_clean_up_forgets_what_was_waited_for():
    bot = await speaking_bot()
    await bot.speaks(1, 2)
    await bot.strategy.cleanup()
    await until(9)
    assert bot.did == [(1.3, "pause")]


@timeless
async def test_a_bot_that_was_cut_by_words_was_not_cut_for_nothing():
    bot = await speaking_bot(resume=False)
    await bot.speaks(1, 2)
    await bot.words(3, "Stop.", final=True)
    await until(9)
    assert [what for _, what in bot.did if what != "start"] == []
    assert bot.did[0] == (1.3, "start")


@timeless
async def test_a_bot_cut_by_final_words_was_not_cut_for_nothing():
    bot = await speaking_bot(resume=False)
    await bot.words(1, "Stop.", final=True)
    await bot.speaks(1.1, 2)
    await until(9)
    assert [what for _, what in bot.did if what != "start"] == []


@timeless
async def test_a_bot_cut_for_nothing_in_an_open_turn_says_so_too():
    bot = await Bot(resume=False).begin()
    await bot.speech_starts(1)
    await until(3)
    bot.floor.say_requested(interruptible=True)
    await bot.speech_ends(4)
    await until(9)
    assert bot.did == [(1, "start"), (3, "interruption"), (6, "false, resumed=False")]


@timeless
async def test_without_a_timeout_nothing_was_ever_for_nothing():
    bot = await speaking_bot(timeout=None)
    await bot.speaks(1, 2)
    await until(600)
    assert bot.did == [(1.3, "start")]


@timeless
async def test_with_a_least_number_of_words_speech_alone_does_not_stop_the_bot():
    bot = await speaking_bot(min_words=2)
    await bot.speaks(1, 5)
    await bot.words(5, "Hm.", final=True)
    await until(9)
    assert bot.did == []


@timeless
async def test_enough_words_stop_the_bot_whatever_their_duration():
    bot = await speaking_bot(min_words=2)
    await bot.speech_starts(1)
    await bot.words(1.1, "oh")
    await bot.words(1.2, "oh stop")
    await until(9)
    assert bot.did == [(1.2, "pause")]


@timeless
async def test_words_said_before_the_speech_lasts_count_towards_their_least_number():
    bot = await speaking_bot(min_words=2)
    await bot.words(1, "Hm.", final=True)
    await bot.speech_starts(2)
    await bot.words(2.1, "stop")
    await until(9)
    assert bot.did == [(2.1, "pause")]


@timeless
async def test_too_few_words_are_no_turn_and_are_kept_for_the_next():
    bot = await speaking_bot(min_words=2)
    await bot.words(1, "Hm.", final=True)
    assert await bot.strategy.admit() is Verdict.KEEP
    assert bot.did == []
    assert bot.transcript.text == "Hm."


@timeless
async def test_kept_words_join_the_turn_that_follows():
    bot = await speaking_bot(min_words=2)
    await bot.words(1, "Hm.", final=True)
    await bot.strategy.admit()
    await bot.words(3, "Stop.", final=True)
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert bot.transcript.text == "Hm. Stop."
    assert [what for _, what in bot.did] == ["pause", "start"]


@timeless
async def test_an_idle_bot_takes_any_number_of_words_for_a_turn():
    bot = await Bot(min_words=2).begin()
    await bot.words(1, "Hm.", final=True)
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert bot.did == [(1, "start")]


@timeless
async def test_a_turn_that_had_begun_before_the_bot_spoke_needs_no_number_of_words():
    bot = await Bot(min_words=2).begin()
    await bot.words(1, "Hm.", final=True)
    bot.floor.say_requested(interruptible=True)
    await until(2)
    assert await bot.strategy.admit() is Verdict.ANSWER
    assert bot.did == [(1, "start"), (2, "interruption")]


@timeless
async def test_a_turn_takes_its_words_with_it():
    bot = await Bot(min_words=2).begin()
    await bot.words(1, "Hm.", final=True)
    await bot.strategy.admit()
    await bot.strategy.handle_user_turn_stopped()
    bot.sounding = True
    await bot.words(2, "Hm.", final=True)
    assert await bot.strategy.admit() is Verdict.KEEP
    assert bot.transcript.text == "Hm."


@timeless
async def test_words_that_wait_for_the_turn_model_are_waited_for():
    bot = await speaking_bot()
    await bot.speaks(1, 2.2)
    await until(3.5)
    bot.floor.words_leave()
    await bot.words(5, "stop it", final=True)
    await until(60)
    assert [what for _, what in bot.did] == ["pause", "start"]


@timeless
async def test_words_that_never_come_do_not_keep_the_bot_paused():
    bot = await speaking_bot()
    await bot.speaks(1, 2.2)
    bot.floor.words_leave()
    await until(60)
    assert [what for _, what in bot.did] == ["pause", "resume", "false, resumed=True"]
