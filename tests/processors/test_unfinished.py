"""A text that its voice broke off ends with what was heard of it."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    LLMAssistantPushAggregationFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    OutputAudioRawFrame,
    TTSStoppedFrame,
)

from processors.frames import SpeechBrokeOffFrame, TTSAbandonedFrame
from tests.processors.timeless import timeless, until
from tests.processors.voice import Spoken, Voice

TEXT = "bbbb cccc dddd eeee ffff"
REPLY = LLMFullResponseStartFrame


async def playback():
    return await Spoken().begin()


def broken(voice, seconds=1.0, context="a"):
    """One word in time, so much audio, and the rest of the text at the time of that word."""
    started = voice.starts(context)
    word, rest = voice.word("aaaa", 0.0001, context), voice.word(TEXT, 0.0001, context)
    return [started, word, *voice.audio(seconds, context), rest]


@timeless
async def test_a_say_without_an_end_is_ended_when_it_is_dry():
    stage, voice = await playback(), Voice()
    await stage.sends(*broken(voice))
    await until(5)
    assert stage.said() == "aaaa bbbb cccc"
    assert stage.down.kinds()[-2:] == [LLMAssistantPushAggregationFrame, TTSAbandonedFrame]
    [stopped] = stage.down.times(TTSStoppedFrame)
    assert 1.0 < stopped < 2.0
    [frame] = stage.up.all(SpeechBrokeOffFrame)
    assert frame.heard == pytest.approx(1.0)


@timeless
async def test_a_reply_without_an_end_ends_with_the_llms():
    stage, voice = await playback(), Voice()
    await stage.sends(REPLY(), *broken(voice), LLMFullResponseEndFrame())
    await until(5)
    kinds = [kind for kind in stage.down.kinds() if not issubclass(kind, OutputAudioRawFrame)]
    assert issubclass(kinds[-2], TTSStoppedFrame)
    assert kinds[-1] is LLMFullResponseEndFrame
    assert LLMAssistantPushAggregationFrame not in kinds
    assert stage.said() == "aaaa bbbb cccc"
    assert stage.up.times(SpeechBrokeOffFrame) == [0]


@timeless
async def test_a_reply_that_is_still_written_is_waited_for():
    stage, voice = await playback(), Voice()
    await stage.sends(REPLY(), *broken(voice))
    await until(20)
    assert stage.down.all(TTSStoppedFrame) == []
    assert stage.up.all(SpeechBrokeOffFrame) == []


@timeless
async def test_a_context_that_another_one_follows_is_over():
    stage, voice = await playback(), Voice()
    await stage.sends(REPLY(), *broken(voice), *voice.speech(0.5, "b"))
    await until(5)
    assert [frame.context_id for frame in stage.down.all(TTSStoppedFrame)] == ["a", "b"]
    assert [frame.context_id for frame in stage.up.all(SpeechBrokeOffFrame)] == ["a"]


@timeless
async def test_a_text_of_which_nothing_was_heard_is_not_told():
    stage, voice = await playback(), Voice()
    rest = voice.word(TEXT, 0)
    await stage.sends(REPLY(), voice.starts(), rest, LLMFullResponseEndFrame())
    await until(5)
    assert stage.said() == ""
    # Pipecat reports that there was no audio itself.
    assert stage.up.all(SpeechBrokeOffFrame) == []


@timeless
async def test_words_without_times_have_the_rest_of_the_audio_of_a_text_that_ends():
    stage, voice = await playback(), Voice()
    await stage.sends(*broken(voice, seconds=2.9), voice.stops())
    await until(5)
    assert [text for _, text in stage.words] == ["aaaa", *TEXT.split()]
    times = [at for at, _ in stage.words]
    assert times == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5], abs=0.07)
    assert stage.up.all(SpeechBrokeOffFrame) == []


@timeless
async def test_a_gap_in_a_slow_voice_is_no_end():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), voice.word("aaaa", 0.0001), *voice.audio(0.5))
    await stage.sends(voice.word("bbbb", 0.5), *voice.audio(0.5), voice.stops(), at=3.5)
    await until(8)
    assert stage.said() == "aaaa bbbb"
    assert len(stage.down.all(TTSStoppedFrame)) == 1
    assert stage.up.all(SpeechBrokeOffFrame) == []
