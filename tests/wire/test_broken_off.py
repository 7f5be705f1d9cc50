"""Whole calls in which a voice breaks off in the middle of a text: told is what was heard."""

import asyncio
from itertools import accumulate
from pathlib import Path

import pytest

from .fault_reports import message, only_blamed, said, sound
from .faults import Fault
from .faulty_call import ANSWER, GREETING, FaultyCall, answers, call_with
from .openai import Answer, OpenAIServer

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hurried")]
TEXT = "It is Paris on the Seine and it is rather large and lovely in the spring of each year."
CHARACTER = 0.03
"""Seconds of a character of the voices' speech."""


def heard(held: FaultyCall, since: int) -> int:
    """How many words of the text the far end heard at least a little of."""
    far_end = held.transport.far_end
    pcm = b"".join(piece.pcm for piece in far_end.played[since:]).rstrip(b"\0")
    seconds = len(pcm) / 2 / far_end.sample_rate
    begins = accumulate((len(word) + 1 for word in TEXT.split()[:-1]), initial=0)
    return sum(begin * CHARACTER < seconds for begin in begins)


@pytest.mark.parametrize("speech", ["greeting", "reply"])
@pytest.mark.parametrize("name", ["elevenlabs", "cartesia-tts"])
async def test_a_text_that_breaks_off_is_told_as_far_as_it_was_heard(
    tmp_path: Path, name: str, speech: str
) -> None:
    script = iter([Answer(TEXT), *[Answer(ANSWER)] * 9])
    llm = OpenAIServer(lambda body: next(script)) if speech == "reply" else answers(ANSWER)
    greeting = TEXT if speech == "greeting" else GREETING
    async with call_with(name, tmp_path, llm=llm, greeting=greeting) as held:
        asking = None
        if speech == "reply":
            await held.greeted()
            asking = asyncio.create_task(held.speak())
        done, played = held.speeches, len(held.transport.far_end.played)
        held.server.piece_pace = 0.1
        texts = len(held.server.contexts)
        await held.server.until(lambda: any(c.spoken > 0.6 for c in held.server.contexts[texts:]))
        await held.server.fail(Fault.RESET)
        await held.until(lambda: held.speeches > done)
        words = said_at_last(held)
        assert TEXT.startswith(" ".join(words))
        assert abs(len(words) - heard(held, played)) <= 1
        assert 0 < len(words) < len(TEXT.split()) - 2
        assert held.errors
        assert only_blamed(held, name)
        assert asking is None or asking.done()
        await held.server.heal()
        await held.ask_until(lambda: ANSWER in held.answers)
        context = llm.connections[-1].body["messages"]
        report = await held.report()
    told = [m["content"] for m in context if m["role"] == "assistant"]
    assert " ".join(words) in told
    assert " ".join(words) in said(report)
    assert "broke off in the middle of a text" in message(report)
    assert sound(report)


def said_at_last(held: FaultyCall) -> list[str]:
    return held.answers[-1].split()
