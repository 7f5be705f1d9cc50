"""A provider that gives nothing fails, and one that has nothing to give does not."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    EndFrame,
    ErrorFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    STTMuteFrame,
    TTSAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.utils.text.base_text_aggregator import TextType

from processors.frames import ServiceCalledOffFrame, SpeechBrokeOffFrame
from processors.silence import CalledOff, LLMSilence, STTSilence, TTSSilence
from tests.processors.stage import Stage
from tests.processors.timeless import timeless, until


class Watched(Stage):
    """A processor that passes on what it is given stands for a service."""

    def __init__(self, watch, **options):
        self.service = IdentityFilter()
        watch(self.service, name="acme", **options)
        super().__init__(self.service, CalledOff())

    @property
    def errors(self):
        return [(heard.at, heard.frame.error) for heard in self._failures]

    @property
    def failed_at(self):
        return [heard.at for heard in self._failures]

    @property
    def _failures(self):
        return [heard for heard in self.up.heard if isinstance(heard.frame, ErrorFrame)]


async def llm(*, alone=True):
    return await Watched(LLMSilence, limit=10, alone=lambda: alone).begin()


async def stt():
    return await Watched(STTSilence, limit=10).begin()


async def tts():
    return await Watched(TTSSilence).begin()


def request():
    return LLMContextFrame(context=LLMContext())


@timeless
async def test_a_request_without_an_answer_fails_and_is_called_off():
    stage = await llm()
    called_off = []
    stage.service.add_event_handler(
        "on_before_process_frame",
        lambda _, frame: called_off.append(type(frame)),
    )
    await stage.sends(request(), at=1)
    await until(60)
    assert stage.failed_at == [11]
    assert "acme gave no answer for 10 s" in stage.errors[0][1]
    assert ServiceCalledOffFrame in called_off
    assert ServiceCalledOffFrame not in stage.down.kinds()


@timeless
async def test_an_answer_that_stops_half_way_fails_as_well():
    stage = await llm()
    await stage.sends(request(), LLMFullResponseStartFrame())
    await stage.sends(LLMTextFrame("One"), at=6)
    await until(60)
    assert stage.failed_at == [16]


@pytest.mark.parametrize("end", [LLMFullResponseEndFrame, InterruptionFrame, EndFrame])
@timeless
async def test_a_request_that_is_over_owes_nothing(end):
    stage = await llm()
    await stage.sends(request(), LLMFullResponseStartFrame(), LLMTextFrame("One"))
    await stage.sends(end(), at=5)
    await until(60)
    assert stage.failed_at == []


@timeless
async def test_who_has_a_fallback_is_left_to_it():
    stage = await llm(alone=False)
    await stage.sends(request())
    await until(60)
    assert stage.failed_at == []


async def speaks(stage, begin, seconds):
    await stage.sends(VADUserStartedSpeakingFrame(), at=begin)
    await stage.sends(VADUserStoppedSpeakingFrame(), at=begin + seconds)


@timeless
async def test_three_stretches_of_speech_without_a_word_are_a_failure():
    stage = await stt()
    for begin in (0, 3, 6):
        await speaks(stage, begin, 2)
        assert stage.failed_at == []
    await until(60)
    assert stage.failed_at == [12]
    assert "acme gave no words for 3 stretches" in stage.errors[0][1]


@timeless
async def test_coughs_are_no_speech():
    stage = await stt()
    for begin in range(20):
        await speaks(stage, begin, 0.9)
    await until(60)
    assert stage.failed_at == []


@pytest.mark.parametrize("at", [4, 9, 11])
@timeless
async def test_a_word_begins_the_count_anew(at):
    stage = await stt()
    for begin in (0, 2):
        await speaks(stage, begin, 1.5)
    if at > 8:
        await speaks(stage, 5, 2)
    await stage.sends(InterimTranscriptionFrame("One", "caller", ""), at=at)
    await speaks(stage, 14, 2)
    await until(60)
    assert stage.failed_at == []


@timeless
async def test_an_stt_that_was_muted_owes_nothing():
    stage = await stt()
    await stage.sends(STTMuteFrame(mute=True))
    for begin in (1, 4, 7):
        await speaks(stage, begin, 2)
    await until(60)
    assert stage.failed_at == []


async def is_talked_over(stage, at, after, *, audio=False):
    text = AggregatedTextFrame("It is Paris.", TextType.SENTENCE, context_id=str(at))
    text.will_be_spoken = True
    await stage.sends(LLMFullResponseStartFrame(), LLMTextFrame("It is Paris."), text, at=at)
    if audio:
        await stage.sends(TTSAudioRawFrame(bytes(640), 16_000, 1, context_id=str(at)))
    await stage.sends(InterruptionFrame(), at=at + after)


@timeless
async def test_three_texts_that_are_talked_over_before_a_sound_are_a_failure():
    stage = await tts()
    for at in (0, 3, 6):
        await is_talked_over(stage, at, 1)
    assert stage.failed_at == [7]
    assert "acme gave no audio for 3 texts in a row" in stage.errors[0][1]


@timeless
async def test_a_text_that_is_cut_at_once_tells_nothing_of_the_voice():
    stage = await tts()
    for at in range(10):
        await is_talked_over(stage, at, 0.4)
    assert stage.failed_at == []


@timeless
async def test_a_sound_begins_the_count_anew():
    stage = await tts()
    for at in range(0, 30, 3):
        await is_talked_over(stage, at, 1, audio=at % 9 == 6)
    assert stage.failed_at == []


@timeless
async def test_a_text_that_broke_off_is_its_voices_failure():
    stage = await tts()
    await stage.returns(SpeechBrokeOffFrame(context_id="a", heard=0.5))
    [(_, error)] = stage.errors
    assert error == "acme broke off in the middle of a text, after 0.5 s"
