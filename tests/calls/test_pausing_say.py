"""What the application has said is heard whole, in its order, and cut only where it may be."""

import pytest

from tests.calls.heard import all_of, gap_after, ranges, within
from tests.calls.on_the_line import LineCall, Said, Scene, Script
from tests.calls.together import Played, play_together

FIRST = "This comes first of all."
SECOND = "This comes second, and there is nobody who can cut it off."
THIRD = "And this comes third, long enough to be cut by whoever wants it."
STOP_IT, ANSWER = "stop it", "Ok, stopping."
PER_CHARACTER = 0.04
DELAY = 0.5
# Seconds to which a moment is known: what comes later may be played a little sooner.
EXACT = 0.03


async def over_the_second(line: LineCall) -> None:
    """Three speeches; words over the second, which may not be cut, and over the third."""
    await line.call.say(FIRST)
    await line.call.say(SECOND, allow_interruptions=False)
    await line.call.say(THIRD)
    await line.heard_for(len(FIRST) * PER_CHARACTER + 0.2)
    await line.utter(0.8)
    await line.heard_for(len(FIRST + SECOND) * PER_CHARACTER + 0.2)
    await line.utter(0.8)
    await line.heard_next()


async def over_the_first(line: LineCall) -> None:
    """Words over a speech that may be cut, before one that may not be."""
    await line.call.say(FIRST)
    await line.call.say(SECOND, allow_interruptions=False)
    await line.heard_for(0.3)
    await line.utter(0.8)
    await line.heard_from(1)


async def undisturbed(line: LineCall) -> None:
    await line.call.say(FIRST)
    await line.call.say(SECOND)
    await line.heard_all(2)


async def drained(line: LineCall) -> None:
    """The call is closed at the very beginning, and what there is to say is said."""
    await line.call.say(FIRST)
    await line.call.say(SECOND)
    await line.heard_for(0.3)
    await line.call.close(drain=True)
    await line.far_end.hung_up()


def scene(script: Script, *, word_times: bool = True, **turn: object) -> Scene:
    return Scene(
        script,
        answers=[{"input": STOP_IT, "content": ANSWER}],
        utterances=[{"text": STOP_IT}] * 2,
        voice={"seconds_per_character": PER_CHARACTER, "word_times": word_times},
        turn=turn,
    )


UNINTERRUPTIBLE = {
    "not transcribed": scene(over_the_second),
    "not transcribed, no word times": scene(over_the_second, word_times=False),
    "transcribed": scene(over_the_second, discard_audio_if_uninterruptible=False),
}
BEFORE_IT = {
    "words timed": scene(over_the_first),
    "words untimed": scene(over_the_first, word_times=False),
}
WHOLE = {
    "one after the other": scene(undisturbed),
    "one after the other, no word times": scene(undisturbed, word_times=False),
    "with a delay": scene(undisturbed, min_consecutive_speech_delay=DELAY),
    "before the call ends": scene(drained),
    "before the call ends, no word times": scene(drained, word_times=False),
}
ALL = {**UNINTERRUPTIBLE, **BEFORE_IT, **WHOLE}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play_together(ALL, tmp_path_factory.mktemp("sessions"))


@pytest.mark.parametrize("name", WHOLE)
def test_speeches_are_heard_whole_and_in_order(played: Played, name: str) -> None:
    line = played[name]
    assert ranges(line.played) == [line.everything]
    assert line.said == [Said(FIRST, interrupted=False), Said(SECOND, interrupted=False)]


def test_one_speech_follows_the_other_at_once(played: Played) -> None:
    line = played["one after the other"]
    gap = gap_after(line.played, line.far_end.sample_rate, line.tts.spoken[0].samples)
    assert gap <= 0.1 + line.late


def test_there_is_a_delay_between_speeches_if_one_is_asked_for(played: Played) -> None:
    line = played["with a delay"]
    gap = gap_after(line.played, line.far_end.sample_rate, line.tts.spoken[0].samples)
    assert DELAY - EXACT - line.late <= gap <= DELAY + 0.1 + line.late


@pytest.mark.parametrize("name", UNINTERRUPTIBLE)
def test_words_over_a_speech_that_may_not_be_cut_cut_nothing(played: Played, name: str) -> None:
    line = played[name]
    first, second, third, answer = line.tts.spoken
    [heard] = ranges(within(line.played, end=answer.at))
    assert heard.start == first.first_sample
    # The second words are over the third speech, which may be cut.
    assert third.first_sample < heard.stop < all_of([first, second, third]).stop
    assert len(line.silences) == 1
    told = [item.text for item in line.said]
    assert told[:2] == [FIRST, SECOND]
    assert THIRD.startswith(told[2])
    assert told[3:] == [ANSWER]
    assert [item.interrupted for item in line.said] == [False, False, True, False]


@pytest.mark.parametrize("name", UNINTERRUPTIBLE)
def test_only_the_words_that_cut_are_a_turn(played: Played, name: str) -> None:
    asked = [request.messages for request in played[name].llm.requests if not request.speculative]
    assert [m["content"] for m in asked[-1] if m["role"] == "user"] == [STOP_IT]
    assert len(asked) == 1


@pytest.mark.parametrize("name", BEFORE_IT)
def test_words_before_a_speech_that_may_not_be_cut_leave_it_whole(
    played: Played, name: str
) -> None:
    line = played[name]
    first, second = line.tts.spoken
    words_ended = line.utterances[0].ended_at
    assert words_ended is not None
    [cut] = ranges(within(line.played, end=words_ended))
    assert cut.stop < first.samples
    after = ranges(within(line.played, start=words_ended), second.first_sample)
    assert after == [all_of([second])]
    assert FIRST.startswith(line.said[0].text)
    assert line.said[0].interrupted
    assert line.said[1:] == [Said(SECOND, interrupted=False)]


@pytest.mark.parametrize("name", ALL)
def test_what_was_said_is_the_same_text_in_log_and_context(played: Played, name: str) -> None:
    line = played[name]
    assert line.in_context == [said.text for said in line.said]
