"""The words of a realtime model: whole ones, and none of an answer that was cut."""

from __future__ import annotations

from pipecat.frames.frames import (
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.utils.text.base_text_aggregator import TextType

from processors.realtime.words import WholeWords
from tests.processors.stage import Stage
from tests.processors.timeless import timeless


def pieces(*texts):
    return [TTSTextFrame(text, TextType.SENTENCE) for text in texts]


def texts(stage):
    return [frame.text for frame in stage.down.all(TTSTextFrame)]


@timeless
async def test_pieces_of_a_word_are_let_go_of_as_one():
    stage = await Stage(WholeWords()).begin()
    await stage.sends(LLMFullResponseStartFrame(), *pieces("It", " is", " Par", "is", "."))
    assert texts(stage) == ["It", " is"]
    await stage.sends(TTSStoppedFrame())
    assert "".join(texts(stage)) == "It is Paris."
    assert isinstance(stage.down.all()[-1], TTSStoppedFrame)


@timeless
async def test_a_language_without_spaces_is_not_kept_to_the_end():
    stage = await Stage(WholeWords()).begin()
    await stage.sends(LLMFullResponseStartFrame(), *pieces(*"あ" * 41))
    assert texts(stage) == ["あ" * 41]


@timeless
async def test_what_comes_of_an_answer_after_it_was_cut_is_dropped_until_the_next_one():
    stage = await Stage(WholeWords()).begin()
    audio = TTSAudioRawFrame(b"\0\0", 24_000, 1)
    await stage.sends(LLMFullResponseStartFrame(), *pieces("One two"), InterruptionFrame())
    await stage.sends(audio, *pieces(" three "), LLMFullResponseEndFrame())
    assert texts(stage) == ["One"]
    assert stage.down.all(TTSAudioRawFrame) == []
    await stage.sends(LLMFullResponseStartFrame(), audio, *pieces("Yes. "))
    assert texts(stage) == ["One", "Yes."]
    assert len(stage.down.all(TTSAudioRawFrame)) == 1
