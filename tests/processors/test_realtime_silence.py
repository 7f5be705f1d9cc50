"""A realtime model owes answers, and signs that it hears."""

import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TTSAudioRawFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.filters.identity_filter import IdentityFilter

from processors.silence import RealtimeSilence
from tests.processors.test_silence import Watched, speaks
from tests.processors.timeless import now, timeless, until


async def model():
    return await Watched(RealtimeSilence, limit=10).begin()


def asked():
    return LLMContextFrame(context=LLMContext())


@pytest.mark.parametrize("question", [asked, ProposedUserStoppedSpeakingFrame])
@timeless
async def test_what_it_does_not_answer_is_a_failure_once(question):
    stage = await model()
    await stage.sends(question(), at=1)
    await until(60)
    assert stage.failed_at == [11]
    assert "acme gave no answer for 10 s" in stage.errors[0][1]


@timeless
async def test_an_answer_that_stops_half_way_is_a_failure():
    stage = await model()
    await stage.sends(asked(), LLMFullResponseStartFrame())
    await stage.sends(TTSAudioRawFrame(b"\x01\x01" * 160, 16_000, 1), at=4)
    await until(60)
    assert stage.failed_at == [14]


@pytest.mark.parametrize(
    "over", [LLMFullResponseEndFrame, InterruptionFrame, ProposedUserStartedSpeakingFrame]
)
@timeless
async def test_after_its_end_or_a_cut_nothing_is_owed(over):
    stage = await model()
    await stage.sends(asked(), LLMFullResponseStartFrame())
    await stage.sends(over(), at=5)
    await until(60)
    assert stage.failed_at == []


@timeless
async def test_three_stretches_of_speech_that_it_does_not_hear_are_a_failure():
    stage = await model()
    for begin in (0, 3, 6):
        await speaks(stage, begin, 2)
    await until(60)
    assert stage.failed_at == [12]
    assert "no sign of hearing 3 stretches of speech" in stage.errors[0][1]


@timeless
async def test_speech_that_it_hears_and_short_noises_are_none():
    stage = await model()
    for begin in (0, 3, 6, 9):
        await speaks(stage, begin, 0.5)
    await speaks(stage, 12, 2)
    await speaks(stage, 15, 2)
    await stage.sends(ProposedUserStartedSpeakingFrame(), at=18)
    await speaks(stage, 19, 2)
    await until(60)
    assert stage.failed_at == []


@timeless
async def test_a_timer_that_is_early_by_a_tick_waits_on():
    service = IdentityFilter()
    watch = RealtimeSilence(service, name="acme", limit=10)
    watch.work.owed_since = now()
    await watch.due(now() + 9.999)
    assert watch.waits
    watch.rest()
