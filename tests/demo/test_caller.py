"""The simulated caller reacts to the call, and says what did not happen."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.demo.caller import Caller, StepNotPlayedError
from bot.demo.script import SCRIPT, BargeIn, Hear, Say, Step, lines
from eventlog.events import AgentState
from eventlog.signals import CloseReason
from tests.demo.fake_call import FakeCall, answered, now
from tests.demo.skipping_loop import run

VOICE = {text: (text.encode(), 8000) for text in (*lines(), "Hi.", "Stop.", "More.")}


async def _play(
    call: FakeCall, script: Sequence[Step], *bot: asyncio.Task[None]
) -> tuple[float, list[str]]:
    """Play a script; returns how long it took, and the lines as the caller told them."""
    told: list[str] = []
    caller = Caller(call, VOICE, on_line=told.append)
    call.listeners.append(caller.listen)
    begun = now()
    await caller.play(script)
    return now() - begun, told


def test_the_caller_waits_for_the_greeting_to_end_before_it_speaks() -> None:
    async def main() -> None:
        call = FakeCall()
        greeting = asyncio.create_task(call.answer(after=2.0, lasting=1.5))
        _, told = await _play(call, (Hear("a greeting"), Say("Hi.", pause=0.5)))
        await greeting
        assert call.said == [(4.0, b"Hi.")]
        assert told == ["Hi."]

    run(main())


def test_an_answer_counts_only_if_it_began_after_the_line() -> None:
    """What the bot said to the first half of a line that it took for two is no answer to it."""

    async def main() -> None:
        call = FakeCall()
        bot = [
            asyncio.create_task(call.answer(after=0.2, lasting=0.5, cut=True)),
            asyncio.create_task(call.answer(after=3.0, lasting=2.0)),
        ]
        seconds, _ = await _play(call, (Say("Hi.", pause=0.0), Hear("an answer")))
        await asyncio.gather(*bot)
        assert seconds == pytest.approx(5.0)

    run(main())


def test_an_answer_that_nobody_heard_is_waited_past() -> None:
    async def main() -> None:
        call = FakeCall()

        async def bot() -> None:
            await asyncio.sleep(2.0)
            call.tell(answered(None))
            await call.answer(after=1.0, lasting=1.0)

        task = asyncio.create_task(bot())
        seconds, _ = await _play(call, (Say("Hi.", pause=0.0), Hear("an answer")))
        await task
        assert seconds == pytest.approx(4.0)

    run(main())


def test_the_caller_cuts_in_while_the_bot_speaks_and_waits_for_the_cut() -> None:
    async def main() -> None:
        call = FakeCall()
        bot = asyncio.create_task(call.answer(after=2.0, lasting=3.2, cut=True))
        script = (Say("Hi.", pause=0.0), BargeIn("Stop.", again="More.", after=2.5))
        seconds, _ = await _play(call, script)
        await bot
        assert call.said == [(0.0, b"Hi."), (4.5, b"Stop.")]
        assert seconds == pytest.approx(5.5)

    run(main())


def test_after_an_answer_too_short_to_cut_off_the_caller_asks_for_another() -> None:
    async def main() -> None:
        call = FakeCall()

        async def bot() -> None:
            await call.answer(after=2.0, lasting=1.0)
            await call.answer(after=3.0, lasting=3.2, cut=True)

        task = asyncio.create_task(bot())
        await _play(call, (Say("Hi.", pause=0.0), BargeIn("Stop.", again="More.", after=2.5)))
        await task
        assert call.said == [(0.0, b"Hi."), (3.0, b"More."), (8.5, b"Stop.")]

    run(main())


def test_a_bot_of_few_words_is_told() -> None:
    async def main() -> None:
        call = FakeCall()
        bot: list[asyncio.Task[None]] = []
        call.on_line = lambda _: bot.append(
            asyncio.create_task(call.answer(after=2.0, lasting=1.0))
        )
        script = (Say("Hi.", pause=0.0), BargeIn("Stop.", again="More.", after=2.5, tries=3))
        with pytest.raises(StepNotPlayedError, match=r"none of the bot's 3 answers.*2\.5 s.*Stop"):
            await _play(call, script)
        await asyncio.gather(*bot)
        assert [pcm for _, pcm in call.said] == [b"Hi.", b"More.", b"More."]

    run(main())


def test_a_bot_that_talks_on_is_told() -> None:
    async def main() -> None:
        call = FakeCall()
        bot = asyncio.create_task(call.answer(after=2.0, lasting=60.0))
        with pytest.raises(StepNotPlayedError, match=r"20 s in vain for the bot to be cut off"):
            await _play(
                call,
                (Say("Hi.", pause=0.0), BargeIn("Stop.", again="More.", after=2.5, limit=20.0)),
            )
        bot.cancel()

    run(main())


def test_a_bot_that_never_answers_is_told_after_the_limit() -> None:
    async def main() -> None:
        call = FakeCall()
        with pytest.raises(StepNotPlayedError, match="60 s in vain for the bot's greeting"):
            await _play(call, SCRIPT)
        assert now() == pytest.approx(60.0)

    run(main())


def test_a_call_that_ends_early_ends_the_script_at_once() -> None:
    async def main() -> None:
        call = FakeCall()
        asyncio.get_running_loop().call_later(3.0, call.close, CloseReason.ERROR)
        with pytest.raises(StepNotPlayedError, match=r"ended \(error\) before the bot's greeting"):
            await _play(call, SCRIPT)
        assert now() == pytest.approx(3.0)

    run(main())


def test_nothing_is_said_into_a_call_that_is_over() -> None:
    async def main() -> None:
        call = FakeCall()
        asyncio.get_running_loop().call_later(0.1, call.close, CloseReason.JOB_SHUTDOWN)
        with pytest.raises(StepNotPlayedError, match=r"job_shutdown.*could say: Hi\."):
            await _play(call, (Say("Hi.", pause=1.0),))
        assert call.said == []

    run(main())


def test_a_line_that_goes_dead_in_the_middle_of_a_word_is_told() -> None:
    async def main() -> None:
        with pytest.raises(StepNotPlayedError, match=r"went dead while the caller said: Hi\."):
            await _play(FakeCall(dead=True), (Say("Hi.", pause=0.0),))

    run(main())


def test_the_whole_script_is_played_against_a_bot_that_answers() -> None:
    async def main() -> None:
        call = FakeCall()
        bot: list[asyncio.Task[None]] = []

        def on_line(pcm: bytes) -> None:
            text = pcm.decode()
            if call.agent is AgentState.SPEAKING:
                call.user_speaks()
            lasting = 3.5 if "Python" in text else 2.0
            bot.append(
                asyncio.create_task(call.answer(after=2.0, lasting=lasting, cut="Python" in text))
            )

        call.on_line = on_line
        bot.append(asyncio.create_task(call.answer(after=0.5, lasting=1.0)))
        _, told = await _play(call, SCRIPT)
        await asyncio.gather(*bot)
        assert told == [step.text for step in SCRIPT if not isinstance(step, Hear)]

    run(main())


def test_the_script_reenacts_the_dump_without_a_comma() -> None:
    """A greeting, two turns at least, one barge-in, a farewell; commas would split turns."""
    assert isinstance(SCRIPT[0], Hear)
    assert isinstance(SCRIPT[-1], Hear)
    assert [type(step) for step in SCRIPT].count(BargeIn) == 1
    assert lines()[:3] == (
        "Okay.",
        "Like I want to know about Python language.",
        "Ok ok that's it.",
    )
    assert not any("," in text for text in lines())
