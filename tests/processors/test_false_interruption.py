"""How long words are waited for before an interruption counts as none."""

from __future__ import annotations

import asyncio

from processors.false_interruption import FalseInterruptionTimer
from tests.processors.timeless import now, timeless, until


class Waiting:
    """A timer, and when it found that nobody spoke words after all."""

    def __init__(self, timeout=2.0):
        self.found, self.tasks = [], []
        self.timer = FalseInterruptionTimer(timeout, self._found, self._create_task)

    def _create_task(self, coroutine, name):
        self.tasks.append(asyncio.create_task(coroutine, name=name))
        return self.tasks[-1]

    async def _found(self, resumes):
        self.found.append((round(now(), 6), resumes))


@timeless
async def test_it_counts_from_the_end_of_the_sound():
    waiting = Waiting()
    waiting.timer.watch(resumes=True)
    await until(5)
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == [(7, True)]


@timeless
async def test_it_says_whether_the_reply_was_cut():
    waiting = Waiting()
    waiting.timer.watch(resumes=False)
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == [(2, False)]


@timeless
async def test_sound_that_stopped_nothing_is_not_waited_after():
    waiting = Waiting()
    waiting.timer.speech_stopped()
    await until(60)
    assert (waiting.found, waiting.tasks) == ([], [])


@timeless
async def test_sound_while_it_counts_has_it_start_anew_at_its_end():
    waiting = Waiting()
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(1.5)
    waiting.timer.stop()
    await until(10)
    assert waiting.found == []
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == [(12, True)]


@timeless
async def test_a_second_end_of_sound_has_it_start_anew():
    waiting = Waiting()
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(1.5)
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == [(3.5, True)]


@timeless
async def test_words_end_the_wait_for_good():
    waiting = Waiting()
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(1)
    waiting.timer.forget()
    await until(1.1)
    assert waiting.tasks[0].cancelled()
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == []


@timeless
async def test_it_finds_nothing_twice():
    waiting = Waiting()
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(5)
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == [(2, True)]


@timeless
async def test_a_bot_that_is_stopped_anew_forgets_what_was_counted_before():
    waiting = Waiting()
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(1)
    waiting.timer.watch(resumes=False)
    await until(10)
    waiting.timer.speech_stopped()
    await until(60)
    assert waiting.found == [(12, False)]


@timeless
async def test_what_is_done_about_it_may_stop_the_timer():
    waiting = Waiting()
    done = []

    async def found(resumes):
        timer.forget()
        await asyncio.sleep(1)
        done.append(now())

    timer = FalseInterruptionTimer(2.0, found, waiting._create_task)
    timer.watch(resumes=True)
    timer.speech_stopped()
    await until(60)
    assert done == [3]


@timeless
async def test_without_a_timeout_it_never_finds_anything():
    waiting = Waiting(timeout=None)
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(600)
    assert (waiting.found, waiting.tasks) == ([], [])


@timeless
async def test_a_timeout_of_nothing_is_over_with_the_sound():
    waiting = Waiting(timeout=0.0)
    waiting.timer.watch(resumes=True)
    waiting.timer.speech_stopped()
    await until(1)
    assert waiting.found == [(0, True)]
