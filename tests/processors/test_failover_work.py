"""What a service owes, and what another is given to take over."""

from __future__ import annotations

from pipecat.frames.frames import (
    AggregatedTextFrame,
    FunctionCallsStartedFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    STTMuteFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection

from processors.failover import LLMWork, STTWork, TTSWork
from processors.frames import TTSAbandonedFrame

DOWN, UP = FrameDirection.DOWNSTREAM, FrameDirection.UPSTREAM
HALF_A_SECOND = bytes(16000)


def given(work, at, *frames, direction=DOWN):
    for frame in frames:
        work.given(frame, direction, at)


def came(work, at, *frames):
    for frame in frames:
        work.came(frame, DOWN, at)


def audio():
    return InputAudioRawFrame(audio=HALF_A_SECOND, sample_rate=16000, num_channels=1)


def final(text="Hello."):
    return TranscriptionFrame(text, "", "")


def sentence(text, context_id):
    frame = AggregatedTextFrame(text, "sentence")
    frame.context_id, frame.will_be_spoken = context_id, True
    return frame


def sound(context_id):
    return TTSAudioRawFrame(
        audio=HALF_A_SECOND, sample_rate=16000, num_channels=1, context_id=context_id
    )


def reply(*texts, ended=True):
    end = [LLMFullResponseEndFrame()] if ended else []
    return [LLMFullResponseStartFrame(), *(LLMTextFrame(text) for text in texts), *end]


def handed(handover):
    return [frame for frame, _ in handover.frames]


def test_an_stt_owes_transcripts_from_the_beginning_of_speech_to_its_final():
    work = STTWork()
    assert work.owed_since is None
    given(work, 1.0, VADUserStartedSpeakingFrame(), direction=UP)
    assert work.owed_since == 1.0
    came(work, 1.5, InterimTranscriptionFrame("Hel", "", ""))
    assert work.owed_since == 1.5
    given(work, 2.0, VADUserStoppedSpeakingFrame(), direction=UP)
    assert work.owed_since == 2.0
    assert not work.idle
    came(work, 2.2, final())
    assert work.owed_since is None
    assert work.idle


def test_an_stt_of_whole_stretches_owes_nothing_while_the_user_speaks():
    work = STTWork(whole=lambda: True)
    given(work, 1.0, VADUserStartedSpeakingFrame(), direction=UP)
    assert work.owed_since is None
    given(work, 6.0, VADUserStoppedSpeakingFrame(), direction=UP)
    assert work.owed_since == 6.0


def test_a_muted_stt_owes_nothing():
    work = STTWork()
    given(work, 1.0, VADUserStartedSpeakingFrame(), direction=UP)
    given(work, 1.1, STTMuteFrame(mute=True), direction=UP)
    assert work.owed_since is None


def test_the_next_stt_hears_what_was_said_since_the_last_final_and_a_second_before():
    work = STTWork()
    given(work, 0.0, *(audio() for _ in range(10)))
    given(work, 5.0, VADUserStartedSpeakingFrame(), direction=UP)
    given(work, 5.5, audio())
    handover = work.hand_over(6.0)
    assert [type(frame) for frame in handed(handover)] == [
        VADUserStartedSpeakingFrame,
        *[InputAudioRawFrame] * 3,
    ]
    assert work.owed_since == 6.0
    came(work, 6.5, final())
    given(work, 7.0, audio())
    given(work, 7.5, VADUserStoppedSpeakingFrame(), direction=UP)
    assert handed(work.hand_over(8.0)) == []


def test_a_long_silence_is_not_kept():
    work = STTWork()
    given(work, 0.0, *(audio() for _ in range(1000)))
    given(work, 500.0, VADUserStartedSpeakingFrame(), direction=UP)
    assert len(work.hand_over(500.0).frames) == 3


def test_an_llm_owes_tokens_from_the_request_to_the_end_of_the_answer():
    work = LLMWork()
    given(work, 1.0, LLMContextFrame(LLMContext()))
    assert work.owed_since == 1.0
    came(work, 2.0, LLMFullResponseStartFrame(), LLMTextFrame("Well,"))
    assert work.owed_since == 2.0
    came(work, 3.0, LLMFullResponseEndFrame())
    assert work.owed_since is None
    assert work.idle


def test_the_next_llm_is_asked_the_same():
    work = LLMWork()
    context = LLMContext()
    given(work, 1.0, LLMContextFrame(context))
    handover = work.hand_over(3.0)
    [(request, direction)] = handover.frames
    assert request.context is context
    assert direction is DOWN
    assert handover.begins_anew
    assert handover.ends == []


def test_an_answer_that_is_half_out_ends_there_and_a_tool_is_not_called_twice():
    for begun in (LLMTextFrame("Well,"), FunctionCallsStartedFrame([])):
        work = LLMWork()
        given(work, 1.0, LLMContextFrame(LLMContext()))
        came(work, 2.0, begun)
        handover = work.hand_over(3.0)
        assert handover.frames == []
        assert [type(frame) for frame in handover.ends] == [LLMFullResponseEndFrame]
        assert work.idle


def test_a_reply_begun_early_is_given_up_for_the_gate_to_ask_again():
    work = LLMWork()
    given(work, 1.0, LLMContextFrame(LLMContext(), speculation=True))
    handover = work.hand_over(3.0)
    assert handover.withdraws
    assert handover.frames == []


def test_an_interruption_takes_the_request_back():
    work = LLMWork()
    given(work, 1.0, LLMContextFrame(LLMContext()), InterruptionFrame())
    assert work.idle
    assert work.hand_over(2.0).frames == []


def test_a_tts_owes_audio_of_each_sentence_it_has_begun():
    work = TTSWork()
    given(work, 1.0, *reply("One. Two."))
    assert work.owed_since is None
    came(work, 1.1, sentence("One.", "a"))
    assert work.owed_since == 1.1
    came(work, 1.3, sound("a"))
    assert work.owed_since is None
    came(work, 1.4, sentence("Two.", "a"))
    assert work.owed_since == 1.4
    came(work, 1.6, sound("a"), TTSStoppedFrame(context_id="a"))
    assert work.idle


def test_a_text_without_sounds_owes_nothing():
    work = TTSWork()
    given(work, 1.0, TTSSpeakFrame("..."))
    came(work, 1.0, sentence("...", "a"))
    assert work.owed_since is None


def test_the_next_voice_speaks_from_the_sentence_that_was_not_finished():
    work = TTSWork()
    given(work, 1.0, *reply("One. Two. ", "Three."))
    came(work, 1.1, sentence("One.", "a"), sound("a"), sentence("Two.", "a"), sound("a"))
    handover = work.hand_over(4.0)
    start, text, end = handed(handover)
    assert isinstance(start, LLMFullResponseStartFrame)
    assert text.text == "Two. Three."
    assert isinstance(end, LLMFullResponseEndFrame)
    [abandoned] = handover.ends
    assert isinstance(abandoned, TTSAbandonedFrame)
    assert abandoned.context_id == "a"


def test_a_reply_that_is_still_written_goes_on_with_the_next_voice():
    work = TTSWork()
    given(work, 1.0, *reply("One. ", ended=False))
    came(work, 1.1, sentence("One.", "a"))
    assert [type(frame) for frame in handed(work.hand_over(4.0))] == [
        LLMFullResponseStartFrame,
        LLMTextFrame,
    ]
    given(work, 4.1, LLMTextFrame("Two."), LLMFullResponseEndFrame())
    came(work, 4.2, sentence("One.", "b"), sound("b"), sentence("Two.", "b"))
    [_, text, _] = handed(work.hand_over(8.0))
    assert text.text == "Two."


def test_a_text_to_say_is_said_whole_and_stays_uninterruptible():
    work = TTSWork()
    say = TTSSpeakFrame("Please wait.", append_to_context=False)
    say.interruptible = False
    given(work, 1.0, say)
    came(work, 1.0, sentence("Please wait.", "a"))
    given(work, 1.5, InterruptionFrame())
    [again] = handed(work.hand_over(4.0))
    assert (again.text, again.append_to_context, again.interruptible) == (
        "Please wait.",
        False,
        False,
    )


def test_an_interruption_takes_what_may_be_cut():
    work = TTSWork()
    given(work, 1.0, *reply("One."), TTSSpeakFrame("Two."), InterruptionFrame())
    assert work.idle
