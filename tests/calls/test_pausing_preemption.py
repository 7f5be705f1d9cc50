"""A reply that was begun early is heard, known and has effects only if its turn really ended."""

import asyncio
from typing import Any

import pytest

from tests.calls import counted_tools
from tests.calls.heard import ranges
from tests.calls.on_the_line import LineCall, Said, Scene, Script
from tests.calls.together import Played, play_together

HALVES, WHOLE = ("Hello,", "how are you?"), "Hello, how are you?"
GREETING = "Welcome to this call."
NEVER, ANSWER, AGAIN = "Nobody hears this.", "I am well.", "I am well, as I said."
PER_CHARACTER = 0.05


async def in_two_parts(line: LineCall) -> None:
    """The words come in two final transcripts, and the LLM is asked after each."""
    await line.utter(0.5)
    await asyncio.sleep(0.3)
    await line.utter(0.6)
    await line.heard_next()


async def in_one_part(line: LineCall) -> None:
    await line.utter(0.6)
    await line.heard_next()


async def as_the_bot_ends(line: LineCall) -> None:
    """The user begins to speak a moment before the bot is through, which interrupts nothing."""
    await line.call.say(GREETING)
    await line.heard_for(len(GREETING) * PER_CHARACTER - 0.3)
    await line.utter(0.8)
    await line.heard_from(1)


def tea(cup: str) -> dict[str, Any]:
    return {"tool_calls": [{"name": "order_tea", "arguments": {"cup": cup}}]}


def scene(script: Script, *answers: dict[str, Any], hears: tuple[str, ...] = (WHOLE,)) -> Scene:
    return Scene(
        script,
        answers=[{"ttft": 0.05, "duration": 0.1, **answer} for answer in answers],
        utterances=[{"text": text} for text in hears],
        voice={"seconds_per_character": PER_CHARACTER},
        tools=["tests.calls.counted_tools:order_tea"],
    )


def discarded(answer: dict[str, Any]) -> Scene:
    """The LLM gives this answer to the first half, and it is complete before the second."""
    to_half = {"input": HALVES[0], **answer}
    return scene(in_two_parts, to_half, {"input": WHOLE, "content": ANSWER}, hears=HALVES)


DISCARDED = {
    "words": discarded({"content": NEVER}),
    "a tool": discarded(tea("discarded")),
    "words and a tool": discarded({"content": NEVER, **tea("discarded")}),
}
KEPT = {
    "words": scene(in_one_part, {"content": ANSWER}),
    "a tool": scene(in_one_part, {"input": WHOLE, **tea("kept")}, {"content": ANSWER}),
}
AS_THE_BOT_ENDS = scene(as_the_bot_ends, {"content": ANSWER}, {"content": AGAIN})


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    counted_tools.used.clear()
    scenes = {f"discarded: {name}": scene for name, scene in DISCARDED.items()}
    scenes |= {f"kept: {name}": scene for name, scene in KEPT.items()}
    scenes["as the bot ends"] = AS_THE_BOT_ENDS
    return play_together(scenes, tmp_path_factory.mktemp("sessions"))


@pytest.mark.parametrize("name", DISCARDED)
def test_the_llm_did_answer_the_first_half(played: Played, name: str) -> None:
    first, second = played[f"discarded: {name}"].llm.requests
    assert first.speculative
    assert first.messages[-1]["content"] == HALVES[0]
    assert first.finished_at is not None
    assert first.finished_at < second.at


@pytest.mark.parametrize("name", DISCARDED)
def test_of_a_discarded_answer_nothing_is_heard(played: Played, name: str) -> None:
    line = played[f"discarded: {name}"]
    [spoken] = line.tts.spoken
    assert spoken.text == ANSWER
    assert ranges(line.played) == [line.everything]


@pytest.mark.parametrize("name", DISCARDED)
def test_of_a_discarded_answer_log_and_context_know_nothing(played: Played, name: str) -> None:
    line = played[f"discarded: {name}"]
    assert line.said == [Said(ANSWER, interrupted=False)]
    assert line.in_context == [ANSWER]
    assert [m["content"] for m in line.llm.requests[-1].messages[1:]] == [WHOLE]


def test_a_tool_runs_for_an_answer_that_is_kept_and_for_no_other(played: Played) -> None:
    for name in DISCARDED:
        assert played[f"discarded: {name}"].failure is None
    assert played["kept: a tool"].said == [Said(ANSWER, interrupted=False)]
    assert set(counted_tools.used) == {"kept"}


@pytest.mark.parametrize("name", KEPT)
def test_an_answer_that_is_kept_is_heard_once(played: Played, name: str) -> None:
    line = played[f"kept: {name}"]
    assert line.llm.requests[0].speculative
    assert [text.text for text in line.tts.spoken] == [ANSWER]
    assert ranges(line.played) == [line.everything]
    assert line.in_context == [ANSWER]


def test_who_begins_to_speak_as_the_bot_ends_is_answered_once(played: Played) -> None:
    line = played["as the bot ends"]
    assert [said.text for said in line.said] == [GREETING, ANSWER]
    assert ranges(line.played) == [line.everything]
    assert len(line.tts.spoken) == 2
