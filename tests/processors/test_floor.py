"""Who has the floor: what the bot is about, and whether it may be cut."""

from __future__ import annotations

import asyncio

import pytest

from processors.floor import Floor
from tests.processors.timeless import now, timeless, until


class Sound:
    """A voice as the floor sees it."""

    quiet_since = 0.0

    def __init__(self, *, sounding=False, interruptible=True):
        self.sounding, self.interruptible = sounding, interruptible


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def floor_of(sound=None, **options):
    floor = Floor(clock=Clock(), **options)
    floor.playback = sound or Sound()
    return floor


def test_a_bot_with_nothing_to_do_is_not_busy_and_may_be_cut():
    floor = floor_of()
    assert not floor.busy
    assert floor.interruptible
    assert not floor.deaf


def test_a_floor_without_a_voice_yet_knows_what_it_was_told():
    floor = Floor()
    assert not floor.busy
    floor.thinks()
    assert floor.busy
    assert floor.interruptible


def test_a_bot_is_busy_while_it_thinks():
    floor = floor_of()
    floor.thinks()
    assert floor.busy
    floor.thought()
    assert not floor.busy


def test_a_bot_is_busy_while_it_is_heard():
    floor = floor_of(Sound(sounding=True))
    assert floor.busy


def test_a_bot_is_busy_until_its_last_tool_has_answered():
    floor = floor_of()
    floor.tool_started("1")
    floor.tool_started("2")
    floor.tool_ended("1")
    floor.tool_ended("unknown")
    assert floor.busy
    floor.tool_ended("2")
    assert not floor.busy


def test_a_bot_is_busy_from_the_wish_to_say_something_until_its_voice_knows():
    floor = floor_of()
    floor.say_requested(interruptible=True)
    floor.say_requested(interruptible=True)
    floor.say_started()
    assert floor.busy
    floor.say_started()
    assert not floor.busy
    floor.say_started()


def test_a_text_whose_voice_fails_is_not_waited_for():
    floor = floor_of()
    floor.say_requested(interruptible=False)
    floor._clock.now = 9.9
    assert floor.busy
    assert not floor.interruptible
    floor._clock.now = 10.1
    assert not floor.busy
    assert floor.interruptible


def test_a_text_behind_a_long_speech_is_due_only_after_it():
    sound = Sound(sounding=True)
    floor = floor_of(sound)
    floor.say_requested(interruptible=False)
    floor._clock.now = 30.0
    assert floor.busy
    sound.sounding, sound.quiet_since = False, 30.0
    floor._clock.now = 39.9
    assert not floor.interruptible
    floor._clock.now = 40.1
    assert not floor.busy


def test_what_is_heard_says_whether_it_may_be_cut_whatever_waits_behind():
    sound = Sound(sounding=True, interruptible=False)
    floor = floor_of(sound)
    floor.say_requested(interruptible=True)
    assert not floor.interruptible
    sound.interruptible = True
    floor.say_requested(interruptible=False)
    assert floor.interruptible


def test_what_will_be_said_next_says_whether_a_silent_bot_may_be_cut():
    floor = floor_of()
    floor.say_requested(interruptible=False)
    floor.say_requested(interruptible=True)
    assert not floor.interruptible
    floor.say_started()
    assert floor.interruptible


def test_a_thinking_bot_may_be_cut_whatever_it_will_say_then():
    floor = floor_of()
    floor.say_requested(interruptible=False)
    floor.thinks()
    assert floor.interruptible


@pytest.mark.parametrize("sounding", [True, False])
def test_a_bot_that_allows_no_interruptions_is_never_cut(sounding):
    floor = floor_of(Sound(sounding=sounding), allow_interruptions=False)
    assert not floor.interruptible
    floor.thinks()
    assert not floor.interruptible


def test_the_user_is_not_heard_while_the_bot_may_not_be_cut():
    sound = Sound(sounding=True, interruptible=False)
    assert floor_of(sound).deaf
    assert not floor_of(sound, discard_audio=False).deaf
    sound.interruptible = True
    assert not floor_of(sound).deaf


def test_an_idle_bot_hears_the_user_though_it_allows_no_interruptions():
    floor = floor_of(allow_interruptions=False)
    assert not floor.deaf
    floor.thinks()
    assert floor.deaf


def test_an_interruption_takes_what_may_be_cut_and_leaves_what_may_not():
    floor = floor_of()
    floor.thinks()
    floor.say_requested(interruptible=True)
    floor.say_requested(interruptible=False)
    floor.cut()
    assert floor.busy
    assert not floor.interruptible
    floor.say_started()
    assert not floor.busy


def test_a_tool_goes_on_through_an_interruption_until_it_is_called_off():
    floor = floor_of()
    floor.tool_started("1")
    floor.cut()
    assert floor.busy


@timeless
async def test_while_an_interruption_is_under_way_the_bot_has_lost_the_floor():
    floor = floor_of(Sound(sounding=True, interruptible=False))
    floor.thinks()
    floor.interrupting()
    assert (floor.busy, floor.settling, floor.deaf) == (False, True, False)
    floor.settle()
    assert (floor.busy, floor.settling) == (True, False)


@timeless
async def test_who_waits_for_an_interruption_waits_until_it_is_through():
    floor = floor_of()
    await floor.settled()
    assert now() == 0
    floor.interrupting()
    waited = []

    async def wait():
        await floor.settled()
        waited.append(now())

    task = asyncio.create_task(wait())
    await until(0.25)
    floor.settle()
    await task
    assert waited == [0.25]


@timeless
async def test_an_interruption_that_gets_lost_is_not_waited_for():
    floor = floor_of()
    floor.interrupting()
    await floor.settled()
    assert now() == 1
    assert not floor.settling


async def _free(floor):
    await asyncio.wait_for(floor.free(), 60)
    return round(now(), 3)


async def freed(floor, *, at, by):
    """When who has waited since the start is told, if `by` happens at second `at`."""
    waiting = asyncio.create_task(_free(floor))
    await until(at)
    by()
    return await waiting


@timeless
async def test_who_waits_for_an_idle_bot_does_not_wait():
    assert await _free(floor_of()) == 0


@timeless
async def test_who_waits_for_the_bot_to_be_free_waits_for_its_thoughts():
    floor = floor_of()
    floor.thinks()
    assert await freed(floor, at=3, by=floor.thought) == 3


@timeless
async def test_who_waits_for_the_bot_to_be_free_waits_for_its_last_tool():
    floor = floor_of()
    floor.tool_started("1")
    floor.tool_started("2")
    floor.tool_ended("1")
    assert await freed(floor, at=3, by=lambda: floor.tool_ended("2")) == 3


@timeless
async def test_who_waits_for_the_bot_to_be_free_waits_until_it_is_silent():
    sound = Sound(sounding=True)
    floor = floor_of(sound)

    def fall_silent():
        sound.sounding = False
        floor.left()

    assert await freed(floor, at=3, by=fall_silent) == 3


@timeless
async def test_an_interruption_frees_the_bot_when_it_is_through():
    sound = Sound(sounding=True)
    floor = floor_of(sound)

    def interrupt():
        floor.interrupting()
        sound.sounding = False
        asyncio.get_running_loop().call_later(0.5, floor.settle)

    assert await freed(floor, at=3, by=interrupt) == 3.5


@timeless
async def test_nobody_waits_for_a_bot_whose_call_ends():
    floor = floor_of(Sound(sounding=True))
    assert await freed(floor, at=3, by=floor.close) == 3
    assert floor.closed


@timeless
async def test_nobody_waits_longer_for_a_text_whose_voice_fails_than_the_bot_is_busy_with_it():
    floor = Floor(clock=now)
    floor.say_requested(interruptible=True)
    assert await _free(floor) == pytest.approx(10, abs=0.1)


def test_listeners_are_told_when_the_bot_has_got_something_to_do():
    floor, told = floor_of(), []
    floor.listen(lambda: told.append(floor.busy))
    floor.thinks()
    floor.thought()
    floor.say_requested(interruptible=True)
    floor.cut()
    assert told == [True, True]
