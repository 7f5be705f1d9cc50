"""The words of the bot leave with their audio, so that a cut reply says what was heard."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    AggregatedTextProgressFrame,
    InterruptionFrame,
    LLMAssistantPushAggregationFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.utils.text.base_text_aggregator import TextType

from processors.audio_pieces import PIECE
from processors.pace import LEAD
from tests.processors.timeless import timeless, until
from tests.processors.voice import RATE, Spoken, Voice

CLOSE = 1e-3
# Ten characters a second, the space before each word included.
SENTENCE = "aaaa bbbb cccc dddd."


async def playback(**options):
    return await Spoken(**options).begin()


def on_time(stage, due, late=0.0):
    """Whether these words were told, each with the audio that is due at its second."""
    assert [text for _, text in stage.words] == list(due)
    for at, text in stage.words:
        assert due[text] - LEAD - PIECE - CLOSE <= at <= due[text] + late + CLOSE, (text, at)
    return True


@timeless
async def test_timed_words_come_with_their_audio():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One": 0, "two": 0.5, "three.": 1.2}, 2))
    await until(5)
    assert on_time(stage, {"One": 0, "two": 0.5, "three.": 1.2})
    assert all(frame.pts is None for frame in stage.down.all())


@timeless
async def test_timed_words_wait_while_the_voice_is_held():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One": 0, "two": 0.5, "three.": 1.2}, 2))
    await stage.pauses(0.8)
    await stage.resumes(4)
    await until(9)
    # Not at 4.4: at the pause a little more than 0.8 s had been let go of.
    assert on_time(stage, {"One": 0, "two": 0.5, "three.": 4.3}, late=PIECE)


@timeless
async def test_of_timed_words_an_interruption_keeps_those_that_were_heard():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One": 0, "two": 0.5, "three.": 1.2}, 2))
    await stage.sends(InterruptionFrame(), at=1)
    await stage.sends(*voice.timed({"Next.": 0}, 1, "b", base=2), at=2)
    await until(9)
    assert on_time(stage, {"One": 0, "two": 0.5, "Next.": 2})


@timeless
async def test_the_timed_words_of_a_second_context_wait_for_its_audio():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One": 0, "two.": 0.5}, 1))
    # Pipecat times them from the last word before, since the voice is faster than speech.
    await stage.sends(*voice.timed({"Three": 0, "four.": 0.5}, 1, "b", base=0.5))
    await until(9)
    assert on_time(stage, {"One": 0, "two.": 0.5, "Three": 1, "four.": 1.5})


@timeless
async def test_a_timed_word_that_comes_late_is_told_at_once():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.audio(2))
    await stage.sends(voice.word("Late", 0.2), at=1)
    await until(9)
    assert on_time(stage, {"Late": 1}, late=PIECE)


@timeless
async def test_what_is_left_of_timed_words_is_told_before_the_speech_is_over():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One": 0, "two.": 1.5}, 1), voice.committed())
    await until(9)
    kinds = [kind for kind in stage.down.kinds() if kind in (TTSTextFrame, TTSStoppedFrame)]
    assert kinds == [TTSTextFrame, TTSTextFrame, TTSStoppedFrame]


@timeless
async def test_the_progress_of_a_sentence_comes_with_its_word():
    stage, voice = await playback(), Voice()
    progress = AggregatedTextProgressFrame(1, "a", "One two.", TextType.SENTENCE, "One", " two.")
    progress.pts = round(0.5 * 1e9)
    await stage.sends(voice.starts(), voice.word("One", 0.5), progress, *voice.audio(1))
    await until(9)
    assert stage.down.times(AggregatedTextProgressFrame) == stage.down.times(TTSTextFrame)


@timeless
async def test_timed_words_that_may_not_be_cut_outlive_an_interruption():
    stage, voice, firm = await playback(), Voice(), Voice(cut=False)
    await stage.sends(*voice.timed({"One": 0, "two.": 0.8}, 1))
    firm.samples = voice.samples
    await stage.sends(*firm.timed({"Firm": 0, "words.": 0.5}, 1, "b", base=0.8))
    await stage.sends(InterruptionFrame(), at=0.5)
    await until(9)
    assert on_time(stage, {"One": 0, "Firm": 0.5, "words.": 1}, late=2 * PIECE)


@timeless
async def test_timed_words_after_a_cut_reply_come_with_their_audio_whatever_was_cut():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One": 0, "two.": 7}, 8))
    await stage.sends(InterruptionFrame(), at=1)
    await stage.sends(*voice.timed({"Three": 0, "four.": 0.8}, 1, "b", base=2), at=2)
    await until(9)
    assert on_time(stage, {"One": 0, "Three": 2, "four.": 2.8})


@timeless
async def test_timed_words_after_a_speech_that_was_not_cut_come_with_their_audio():
    stage, voice, firm = await playback(), Voice(), Voice(cut=False)
    await stage.sends(*voice.timed({"One": 0}, 0.5))
    await stage.sends(*firm.timed({"Firm": 0, "words.": 2}, 3, "b"))
    await stage.sends(InterruptionFrame(), at=0.2)
    # Pipecat times them from the last word that was not cut.
    await stage.sends(*voice.timed({"Next": 0, "one.": 0.5}, 1, "c", base=2))
    await until(9)
    assert on_time(
        stage, {"One": 0, "Firm": 0.2, "words.": 2.2, "Next": 3.2, "one.": 3.7}, late=0.1
    )


@timeless
async def test_the_announcement_of_timed_words_comes_with_the_first_of_them():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.timed({"One.": 0}, 1))
    announced = voice.announced("Two three.", "b")
    announced.pts = 1
    await stage.sends(announced)
    await stage.sends(*voice.timed({"Two": 0, "three.": 0.5}, 1, "b"))
    await until(9)
    assert on_time(stage, {"One.": 0, "Two": 1, "three.": 1.5})
    [at, *_] = stage.down.times(AggregatedTextFrame)[1:]
    assert at == pytest.approx(1 - LEAD, abs=PIECE)


@timeless
async def test_a_text_that_is_not_spoken_is_passed_on_as_it_is():
    stage, voice = await playback(), Voice()
    code = voice.announced("print(1)")
    code.will_be_spoken, code.append_to_context = False, True
    await stage.sends(code, voice.starts(), *voice.sentence("aaaa bbbb.", 1), voice.stops())
    await until(9)
    assert stage.down.all()[0] is code
    assert stage.said() == "aaaa bbbb."


@timeless
async def test_the_words_of_a_sentence_are_spread_over_its_audio():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence(SENTENCE, 2), voice.stops())
    await until(9)
    assert on_time(stage, {"aaaa": 0, "bbbb": 0.5, "cccc": 1, "dddd.": 1.5}, late=0.1)
    assert "".join(frame.text for frame in stage.down.all(TTSTextFrame)) == f" {SENTENCE}"


@timeless
async def test_the_words_of_a_sentence_wait_while_the_voice_is_held():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence(SENTENCE, 2), voice.stops())
    await stage.pauses(0.7)
    await stage.resumes(4)
    await until(9)
    due = {"aaaa": 0, "bbbb": 0.5, "cccc": 4.3, "dddd.": 4.8}
    assert on_time(stage, due, late=0.1)


@timeless
async def test_of_a_sentence_an_interruption_keeps_the_words_that_were_heard():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence(SENTENCE, 2), voice.stops())
    await stage.sends(InterruptionFrame(), at=0.8)
    await stage.sends(voice.starts("b"), *voice.sentence("Next.", 1, "b"), voice.stops("b"), at=2)
    await until(9)
    assert on_time(stage, {"aaaa": 0, "bbbb": 0.5, "Next.": 2}, late=0.2)


@timeless
async def test_the_marks_around_a_sentence_are_not_told_as_words_of_it():
    stage, voice = await playback(), Voice()
    announced = voice.announced("aaaa bbbb.")
    # A pattern of the text aggregator: Pipecat has its inside spoken and written down.
    announced.raw_text = "<slow> aaaa bbbb. </slow>"
    await stage.sends(announced, voice.starts(), *voice.audio(1))
    await until(1)
    await stage.sends(voice.spoken("aaaa bbbb."), voice.stops())
    assert stage.said() == "aaaa bbbb."


@timeless
async def test_a_sentence_that_is_still_being_made_is_spread_at_a_usual_rate():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.announced(SENTENCE), voice.starts(), *voice.audio(0.6))
    await until(3)
    # Fifteen characters a second: nine of them have been heard.
    assert on_time(stage, {"aaaa": 0, "bbbb": 5 / 15}, late=0.1)


@timeless
async def test_the_next_sentence_is_spread_at_the_rate_of_the_one_before():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence("xxxx yyyy.", 2))
    await stage.sends(voice.announced(SENTENCE), *voice.audio(2.5))
    await until(9)
    # Five characters a second.
    due = {"xxxx": 0, "yyyy.": 1, "aaaa": 2, "bbbb": 3, "cccc": 4}
    assert on_time(stage, due, late=0.3)


@timeless
async def test_a_sentence_begins_when_the_audio_of_the_one_before_is_over():
    stage, voice = await playback(), Voice()
    spoken = [*voice.sentence("xxxx yyyy.", 1), *voice.sentence(SENTENCE, 2)]
    await stage.sends(voice.starts(), *spoken, voice.stops())
    await until(9)
    due = {"xxxx": 0, "yyyy.": 0.5, "aaaa": 1, "bbbb": 1.5, "cccc": 2, "dddd.": 2.5}
    assert on_time(stage, due, late=0.15)


@timeless
async def test_the_sentences_of_a_second_context_wait_for_its_audio():
    stage, voice = await playback(), Voice()
    for context, text in (("a", "xxxx yyyy."), ("b", SENTENCE)):
        await stage.sends(*voice.sentence(text, 2, context), voice.stops(context))
    await until(9)
    due = {"xxxx": 0, "yyyy.": 1, "aaaa": 2, "bbbb": 2.5, "cccc": 3, "dddd.": 3.5}
    assert on_time(stage, due, late=0.25)


@timeless
async def test_a_sentence_that_may_not_be_cut_outlives_an_interruption():
    stage, voice, firm = await playback(), Voice(), Voice(cut=False)
    await stage.sends(voice.starts(), *voice.sentence("xxxx yyyy.", 1), voice.stops())
    await stage.sends(*firm.sentence(SENTENCE, 2, "b"), firm.stops("b"))
    await stage.sends(InterruptionFrame(), at=0.3)
    await until(9)
    due = {"xxxx": 0, "aaaa": 0.3, "bbbb": 0.8, "cccc": 1.3, "dddd.": 1.8}
    assert on_time(stage, due, late=0.2)
    may_be_cut = [frame.interruptible for frame in stage.down.all(TTSTextFrame)]
    assert may_be_cut == [True, False, False, False, False]


@timeless
async def test_words_know_whether_the_context_is_to_learn_of_them():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.announced("xx yy."), voice.starts(append=False), *voice.audio(0.2))
    await until(1)
    await stage.sends(*voice.audio(0.2), voice.spoken("xx yy.", append=False), voice.stops())
    await until(2)
    for frame in stage.down.all(TTSTextFrame):
        assert (frame.text.strip(), frame.append_to_context) in [("xx", False), ("yy.", False)]
        assert frame.includes_inter_frame_spaces
    assert stage.said() == "xx yy."


@timeless
async def test_scripts_without_spaces_are_told_character_by_character():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence("今日は雨です。", 1.4), voice.stops())
    await stage.sends(InterruptionFrame(), at=0.7)
    assert stage.said().replace(" ", "") == "今日は"


@timeless
async def test_the_announcement_of_a_sentence_comes_once_before_its_words():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence(SENTENCE, 2), voice.stops())
    await until(9)
    texts = stage.down.all(AggregatedTextFrame)
    assert all(frame.context_id == "a" and frame.will_be_spoken for frame in texts)
    assert [type(frame) for frame in texts] == [AggregatedTextFrame] + [TTSTextFrame] * 4
    assert {frame.segment_id for frame in texts[1:]} == {texts[0].id}


@timeless
async def test_a_text_that_gave_no_audio_is_told_with_its_end():
    stage, voice = await playback(), Voice()
    await stage.sends(voice.starts(), *voice.sentence("aaaa bbbb.", 0), voice.stops())
    assert stage.said() == "aaaa bbbb."
    assert stage.down.kinds()[-1] is TTSStoppedFrame


@timeless
@pytest.mark.parametrize("seconds", [0.3, 0.7, 1.0, 1.9])
@pytest.mark.parametrize("text", ["Thank you.", "Press 1", "今日は雨です。"])
async def test_the_last_word_of_a_sentence_is_told_before_its_text_is_committed(text, seconds):
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.sentence(text, seconds), voice.committed(), voice.stops())
    await until(9)
    committed = stage.down.kinds().index(LLMAssistantPushAggregationFrame)
    told = [frame for frame in stage.down.all()[:committed] if isinstance(frame, TTSTextFrame)]
    assert "".join(frame.text for frame in told).strip() == text


@timeless
async def test_a_voice_faster_than_was_thought_has_all_its_words_committed():
    stage, voice = await playback(), Voice()
    text = "This voice hurries through thirty characters each second."
    await stage.sends(voice.announced(text), voice.starts(), *voice.audio(2))
    await stage.sends(voice.spoken(text), voice.committed(), voice.stops(), at=3)
    committed = stage.down.kinds().index(LLMAssistantPushAggregationFrame)
    told = [frame for frame in stage.down.all()[:committed] if isinstance(frame, TTSTextFrame)]
    assert "".join(frame.text for frame in told).strip() == text


@timeless
async def test_a_sentence_that_may_not_be_cut_is_told_once_though_its_audio_is_late():
    stage, firm = await playback(), Voice(cut=False)
    await stage.sends(firm.announced(SENTENCE), firm.starts(), *firm.audio(1))
    await stage.sends(InterruptionFrame(), at=2)
    await stage.sends(*firm.audio(1), firm.spoken(SENTENCE), firm.stops())
    await until(9)
    assert stage.said() == SENTENCE
    assert stage.runs == [range(2 * RATE)]


@timeless
async def test_a_sentence_that_may_not_be_cut_keeps_its_time_though_it_was_only_announced():
    stage, firm = await playback(), Voice(cut=False)
    await stage.sends(firm.announced(SENTENCE))
    await stage.sends(InterruptionFrame())
    await stage.sends(firm.starts(), *firm.audio(2), firm.spoken(SENTENCE), firm.stops())
    await until(9)
    assert on_time(stage, {"aaaa": 0, "bbbb": 0.5, "cccc": 1, "dddd.": 1.5}, late=0.1)


@timeless
async def test_timed_words_that_may_not_be_cut_keep_their_time_though_their_audio_is_late():
    stage, firm = await playback(), Voice(cut=False)
    words = [firm.word("Firm", 0), firm.word("words.", 1.5)]
    await stage.sends(firm.starts(), *words, *firm.audio(1))
    await stage.sends(InterruptionFrame(), at=2)
    await stage.sends(*firm.audio(1), firm.stops())
    await until(9)
    assert on_time(stage, {"Firm": 0, "words.": 2.5}, late=0.1)
