"""What is cut is silent, and log, context and LLM have the words of it that were heard."""

import asyncio
import time
from functools import partial

import pytest

from bot.memory import PlayedAudio
from tests.calls.heard import all_of, last_heard, ranges, within, words_of
from tests.calls.noise import MIN_DURATION, ONE, TO_SILENCE, TWO
from tests.calls.on_the_line import SETTLED, LineCall, Said, Scene, Script
from tests.calls.together import Played, play_together
from tests.scripted.tts import Synthesis

STOP_IT, ANSWER = "stop it", "Ok, stopping."
CUT = "cut"


async def words(line: LineCall, *, noise: float | None, after: float) -> None:
    """The user interrupts, perhaps after a noise that paused the bot."""
    await line.call.generate_reply("Go ahead.")
    if noise is not None:
        await line.heard_for(noise)
        await line.utter(0.8)
    await line.heard_for(after)
    interruption = await line.utter(0.8)
    line.moments[CUT] = interruption.started_at + MIN_DURATION
    await line.heard_next()


async def typed(line: LineCall) -> None:
    await line.call.generate_reply("Go ahead.")
    await line.heard_for(1.4)
    line.moments[CUT] = time.time()
    await line.call.send_text(STOP_IT)
    await line.heard_next()


async def interrupted(line: LineCall) -> None:
    await line.call.generate_reply("Go ahead.")
    await line.heard_for(1.4)
    line.moments[CUT] = time.time()
    assert await line.call.interrupt()
    await asyncio.sleep(SETTLED)


async def interrupted_in_a_pause(line: LineCall) -> None:
    await line.call.generate_reply("Go ahead.")
    await line.heard_for(1)
    noise = await line.utter(0.8)
    line.moments[CUT] = noise.started_at + MIN_DURATION
    assert await line.call.interrupt()
    await asyncio.sleep(SETTLED)


async def closed(line: LineCall) -> None:
    """The call is closed where the script ends."""
    await line.call.generate_reply("Go ahead.")
    await line.heard_for(1.4)
    line.moments[CUT] = time.time()


async def closed_in_a_pause(line: LineCall) -> None:
    await line.call.generate_reply("Go ahead.")
    await line.heard_for(1)
    noise = await line.utter(0.8)
    line.moments[CUT] = noise.started_at + MIN_DURATION


async def said_and_closed(line: LineCall) -> None:
    """What is said as it stands is cut as a reply is."""
    await line.call.say(TWO)
    await line.heard_for(1.9)
    line.moments[CUT] = time.time()


def both_voices(name: str, script: Script, reply: str, *sounds: str) -> dict[str, Scene]:
    """The same with a voice that times its words and one that does not."""
    return {
        f"{name}, {voice}": Scene(
            script,
            answers=[{"content": reply}, {"input": STOP_IT, "content": ANSWER}],
            utterances=[{"text": text} for text in sounds],
            voice={"seconds_per_character": 0.05, "word_times": voice == "words timed"},
            turn={"false_interruption_timeout": 0.4},
        )
        for voice in ("words timed", "words untimed")
    }


ANSWERED = {
    **both_voices("words", partial(words, noise=None, after=1.2), ONE, STOP_IT),
    **both_voices("words after a noise", partial(words, noise=0.7, after=1.6), ONE, "", STOP_IT),
    **both_voices(
        "words in the second sentence", partial(words, noise=None, after=2), TWO, STOP_IT
    ),
    **both_voices(
        "words in the second sentence after a noise in the first",
        partial(words, noise=0.6, after=2.2),
        TWO,
        "",
        STOP_IT,
    ),
    **both_voices("typed text", typed, ONE),
}
UNANSWERED = {
    **both_voices("interrupt()", interrupted, TWO),
    **both_voices("interrupt() in a pause", interrupted_in_a_pause, ONE, ""),
    **both_voices("the call's end", closed, ONE),
    **both_voices("the call's end in a pause", closed_in_a_pause, ONE, ""),
    **both_voices("the call's end while something is said", said_and_closed, TWO),
}
ALL = {**ANSWERED, **UNANSWERED}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play_together(ALL, tmp_path_factory.mktemp("sessions"))


def reply_of(line: LineCall) -> list[Synthesis]:
    """What was synthesised of the reply that is cut."""
    return [text for text in line.tts.spoken if text.text != ANSWER]


def answer_of(line: LineCall) -> Synthesis:
    [answer] = [text for text in line.tts.spoken if text.text == ANSWER]
    return answer


def heard_of_the_reply(line: LineCall) -> list[PlayedAudio]:
    """What was played before there was anything else to play."""
    others = [text.at for text in line.tts.spoken if text.text == ANSWER]
    return within(line.played, end=min(others, default=float("inf")))


@pytest.mark.parametrize("name", ALL)
def test_the_reply_is_heard_in_order_up_to_the_cut(played: Played, name: str) -> None:
    line = played[name]
    heard = heard_of_the_reply(line)
    [until_cut] = ranges(heard)
    assert until_cut.start == 0
    assert until_cut.stop < all_of(reply_of(line)).stop
    silent = last_heard(heard, line.far_end.sample_rate)
    assert silent <= line.moments[CUT] + TO_SILENCE + line.late


@pytest.mark.parametrize("name", ANSWERED)
def test_after_the_cut_nothing_is_heard_but_the_answer(played: Played, name: str) -> None:
    line = played[name]
    answer = answer_of(line)
    after = ranges(within(line.played, start=answer.at), answer.first_sample)
    assert after == [all_of([answer])]


@pytest.mark.parametrize("name", ALL)
def test_log_and_context_have_the_words_that_were_heard(played: Played, name: str) -> None:
    line = played[name]
    reply = reply_of(line)
    heard = words_of(reply, ranges(heard_of_the_reply(line)))
    whole = [word for text in reply for word in text.text.split()]
    cut = line.said[0]
    told = cut.text.split()
    assert cut.interrupted
    assert told == whole[: len(told)]
    assert abs(len(told) - len(heard)) <= 1


@pytest.mark.parametrize("name", ALL)
def test_what_was_said_is_the_same_text_in_log_and_context(played: Played, name: str) -> None:
    line = played[name]
    assert line.in_context == [said.text for said in line.said]
    answers = [Said(ANSWER, interrupted=False)] if name in ANSWERED else []
    assert line.said[1:] == answers


@pytest.mark.parametrize("name", ANSWERED)
def test_the_llm_is_asked_with_the_words_that_were_heard(played: Played, name: str) -> None:
    line = played[name]
    asked = line.llm.requests[-1].messages
    assert [m["content"] for m in asked if m["role"] == "assistant"] == [line.said[0].text]
    assert asked[-1]["content"] == STOP_IT
