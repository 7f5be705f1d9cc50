"""The bot's voice: it plays at the speed of speech, and pausing it loses nothing."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    MetricsFrame,
    OutputAudioRawFrame,
    StopFrame,
    TextFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.filters.identity_filter import IdentityFilter

from processors.audio_pieces import PIECE
from processors.frames import PlaybackPausedFrame, PlaybackResumedFrame
from processors.pace import LEAD
from tests.processors.timeless import now, timeless, until
from tests.processors.voice import RATE, Spoken, Voice

CLOSE = 1e-3
# What a Pipecat output plays at a time (`audio_out_10ms_chunks`).
CHUNK = 0.04


async def playback(**options):
    return await Spoken(**options).begin()


def ahead(stage):
    """How far ahead of its playing each piece of audio ended, when it was let go of."""
    free, leads = 0.0, []
    for at, seconds in stage.audio:
        free = max(free, at) + seconds
        leads.append(free - at)
    return leads


@timeless
async def test_each_sample_is_let_go_of_once_and_in_order():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2.05))
    await until(3)
    assert stage.runs == [range(round(2.05 * RATE))]
    pieces = stage.down.all(OutputAudioRawFrame)
    assert all(2 * piece.num_frames == len(piece.audio) for piece in pieces)


@timeless
async def test_audio_leaves_only_just_ahead_of_its_playing():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await until(3)
    assert max(ahead(stage)) <= LEAD + PIECE + CLOSE
    assert min(ahead(stage)[3:]) >= LEAD
    assert stage.audio[-1][0] == pytest.approx(2 - LEAD - PIECE, abs=CLOSE)
    assert {round(seconds, 4) for _, seconds in stage.audio} == {PIECE}


@timeless
async def test_a_voice_that_was_silent_gives_no_more_at_once_than_one_that_speaks():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(0.3))
    await stage.sends(*voice.speech(0.3, "b"), at=5)
    await until(6)
    assert max(ahead(stage)) <= LEAD + PIECE + CLOSE
    assert stage.audio[15][0] == pytest.approx(5, abs=CLOSE)


@timeless
async def test_every_other_frame_keeps_its_place_in_the_audio():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(0.5), TextFrame("behind"), *voice.speech(0.5, "b"))
    await until(3)
    kinds = [kind for kind in stage.down.kinds() if not issubclass(kind, OutputAudioRawFrame)]
    assert kinds == [TTSStartedFrame, TTSStoppedFrame, TextFrame, TTSStartedFrame, TTSStoppedFrame]
    assert stage.down.times(TextFrame) == [pytest.approx(0.5 - LEAD - PIECE, abs=CLOSE)]


@timeless
async def test_what_need_not_wait_for_the_audio_overtakes_it():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(0.5), MetricsFrame(data=[]))
    await stage.returns(TextFrame("up"))
    assert stage.down.times(MetricsFrame) == [0]
    assert stage.up.kinds() == [TextFrame]


@timeless
@pytest.mark.parametrize("at", [0.5, 0.51, 0.52, 0.53])
@pytest.mark.parametrize("chunk", [0.1, 0.0464, 0.01])
async def test_a_pause_begins_between_two_chunks_of_the_output(at, chunk):
    stage, voice = await playback(), Voice(chunk=chunk)
    await stage.sends(*voice.speech(2))
    await stage.pauses(at)
    await until(1)
    # Of a longer pause the output makes an end of speech, and drops what fills no chunk.
    chunks = sum(seconds for _, seconds in stage.audio) / CHUNK
    assert chunks == pytest.approx(round(chunks))
    [paused] = stage.down.all(PlaybackPausedFrame)
    assert at + paused.silent_in == pytest.approx(chunks * CHUNK, abs=CLOSE)
    await stage.resumes(2)
    await until(9)
    assert stage.runs == [range(2 * RATE)]


@timeless
async def test_a_pause_holds_the_voice_and_it_goes_on_with_the_next_sample():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await stage.pauses(0.5)
    await until(3)
    let_go = sum(seconds for _, seconds in stage.audio)
    assert 0.5 <= let_go <= 0.5 + LEAD + PIECE + CLOSE
    await stage.resumes(4)
    await until(9)
    assert stage.runs == [range(2 * RATE)]
    assert stage.silences() == [(round(let_go, 3), pytest.approx(4 - let_go, abs=CLOSE))]
    assert max(ahead(stage)) <= LEAD + PIECE + CLOSE


@timeless
async def test_a_pause_says_when_what_was_let_go_of_has_been_heard():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await stage.pauses(0.5)
    await stage.pauses(0.6)
    await stage.resumes(1)
    await stage.resumes(1.1)
    (paused,) = stage.down.all(PlaybackPausedFrame)
    let_go = sum(seconds for at, seconds in stage.audio if at < 0.6)
    assert paused.silent_in == pytest.approx(let_go - 0.5, abs=CLOSE)
    assert stage.down.times(PlaybackPausedFrame, PlaybackResumedFrame) == [0.5, 1]


@timeless
async def test_what_comes_while_it_is_held_is_held_too():
    stage, voice = await playback(), Voice()
    await stage.pauses(1)
    await stage.sends(LLMFullResponseStartFrame(), *voice.speech(0.5))
    await until(5)
    assert stage.down.kinds() == [PlaybackPausedFrame]
    assert stage.down.all(PlaybackPausedFrame)[0].silent_in == 0
    await stage.resumes(5)
    await until(9)
    assert stage.runs == [range(RATE // 2)]
    assert stage.audio[0][0] == 5


@timeless
async def test_an_interruption_drops_what_has_not_been_let_go_of():
    stage, voice = await playback(), Voice()
    await stage.sends(LLMFullResponseStartFrame(), *voice.speech(2), TextFrame("lost"))
    await stage.sends(InterruptionFrame(), at=0.5)
    assert not stage.playback.sounding
    await until(3)
    [heard] = stage.runs
    assert RATE // 2 <= len(heard) <= (0.5 + LEAD + PIECE + CLOSE) * RATE
    assert stage.down.kinds()[-1] is InterruptionFrame


@timeless
async def test_an_interruption_ends_a_pause():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await stage.pauses(0.5)
    await stage.sends(InterruptionFrame(), at=1)
    assert not stage.playback.paused
    await stage.sends(*voice.speech(0.5, "b"), at=2)
    await until(3)
    assert [len(run) for run in stage.runs[1:]] == [RATE // 2]
    assert next(at for at, _ in stage.audio if at > 0.6) == 2


@timeless
async def test_an_interruption_that_comes_with_the_audio_drops_what_belongs_to_it():
    stage, voice = await playback(), Voice()

    async def interrupt(processor, frame):
        if isinstance(frame, OutputAudioRawFrame) and now() > 0.51:
            await processor.queue_frame(InterruptionFrame())

    stage.playback.add_event_handler("on_after_push_frame", interrupt)
    await stage.sends(*voice.timed({"One": 0, "two": 0.59}, 2))
    await until(3)
    assert stage.said() == "One"
    assert 0.51 < stage.audio[-1][0] <= 0.53


@timeless
async def test_no_audio_comes_behind_the_interruption_that_cuts_it():
    stage, voice = await Spoken(IdentityFilter()).begin(), Voice()

    async def interrupt(processor, frame):
        if isinstance(frame, OutputAudioRawFrame) and now() > 0.51:
            await processor.queue_frame(InterruptionFrame())

    stage.playback.add_event_handler("on_after_push_frame", interrupt)
    await stage.sends(*voice.speech(2))
    await until(3)
    assert stage.down.kinds()[-1] is InterruptionFrame


@timeless
async def test_what_follows_an_interruption_does_not_wait_for_what_was_cut():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await stage.sends(InterruptionFrame(), *voice.speech(0.5, "b"), at=0.5)
    await until(2)
    following = [at for at, _ in stage.audio if at > 0.5]
    assert following[0] <= 0.5 + PIECE
    assert len(stage.runs[1]) == RATE // 2


@timeless
async def test_what_may_not_be_cut_outlives_an_interruption():
    stage, voice, firm = await playback(), Voice(), Voice(cut=False)
    firm.samples = 10 * RATE
    await stage.sends(*voice.speech(1), *firm.speech(1, "b"), *voice.speech(1, "c"))
    await stage.sends(InterruptionFrame(), at=0.5)
    await until(5)
    cut, kept = stage.runs
    assert cut.start == 0
    assert len(cut) < 0.6 * RATE
    assert len(kept) == RATE
    assert stage.down.kinds()[-1] is TTSStoppedFrame
    assert stage.down.all(TTSStoppedFrame)[-1].context_id == "b"


@timeless
async def test_what_may_not_be_cut_goes_on_without_a_gap_when_others_are_cut():
    stage, firm = await playback(speech_gap=0.7), Voice(cut=False)
    await stage.sends(*firm.speech(2))
    await stage.sends(InterruptionFrame(), at=0.5)
    await until(5)
    assert stage.runs == [range(2 * RATE)]
    assert stage.silences() == []


@timeless
async def test_a_pause_that_an_interruption_ends_leaves_no_sample_out_of_what_may_not_be_cut():
    stage, firm = await playback(), Voice(cut=False)
    await stage.sends(*firm.speech(2))
    await stage.pauses(0.5)
    await stage.sends(InterruptionFrame(), at=1)
    await until(5)
    assert stage.runs == [range(2 * RATE)]


@timeless
@pytest.mark.parametrize("kind", [EndFrame, StopFrame])
async def test_the_end_waits_for_the_audio_before_it(kind):
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2), kind())
    await until(9)
    assert stage.down.times(kind) == [pytest.approx(2 - LEAD - PIECE, abs=CLOSE)]
    assert stage.down.kinds()[-1] is kind
    assert stage.runs == [range(2 * RATE)]


@timeless
async def test_the_end_ends_a_pause():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(1))
    await stage.pauses(0.5)
    await stage.sends(EndFrame(), at=2)
    await until(9)
    assert stage.runs == [range(RATE)]
    assert stage.down.kinds()[-1] is EndFrame


@timeless
async def test_a_cancelled_call_falls_silent():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await stage.sends(CancelFrame(), at=0.5)
    await until(9)
    assert stage.down.kinds()[-1] is CancelFrame
    assert sum(seconds for _, seconds in stage.audio) < 0.6


@timeless
async def test_a_clean_up_silences_it():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(2))
    await until(0.5)
    await stage.playback.cleanup()
    await until(9)
    assert sum(seconds for _, seconds in stage.audio) < 0.6


@timeless
async def test_between_two_speeches_the_gap_is_kept():
    stage, voice = await playback(speech_gap=0.7), Voice()
    await stage.sends(*voice.speech(0.5), *voice.speech(0.5, "b"), *voice.speech(0.5, "c"))
    await until(9)
    assert stage.runs == [range(round(1.5 * RATE))]
    assert stage.silences() == [(0.5, 0.7), (1.7, 0.7)]


@timeless
async def test_after_an_interruption_the_gap_is_kept():
    stage, voice = await playback(speech_gap=0.7), Voice()
    await stage.sends(LLMFullResponseStartFrame(), *voice.speech(2))
    await stage.sends(InterruptionFrame(), *voice.speech(0.5, "b"), at=0.5)
    await until(9)
    following = [at for at, _ in stage.audio if at > 0.6]
    assert following[0] == pytest.approx(1.2, abs=CLOSE)


@timeless
async def test_a_gap_that_has_been_long_enough_is_not_made_longer():
    stage, voice = await playback(speech_gap=0.7), Voice()
    await stage.sends(*voice.speech(0.5))
    await stage.sends(*voice.speech(0.5, "b"), at=1)
    await stage.sends(*voice.speech(0.5, "c"), at=5)
    await until(9)
    assert stage.silences() == [(0.5, 0.7), (1.7, pytest.approx(3.3, abs=CLOSE))]


@timeless
async def test_the_sentences_of_a_reply_are_one_speech():
    stage, voice = await playback(speech_gap=0.7), Voice()
    reply = [*voice.speech(0.5), *voice.speech(0.5, "b")]
    await stage.sends(LLMFullResponseStartFrame(), *reply, LLMFullResponseEndFrame())
    await stage.sends(LLMFullResponseStartFrame(), *voice.speech(0.5, "c"))
    await until(9)
    assert stage.silences() == [(1, 0.7)]


@timeless
async def test_without_a_gap_one_speech_follows_the_other_at_once():
    stage, voice = await playback(), Voice()
    await stage.sends(*voice.speech(0.5), *voice.speech(0.5, "b"))
    await until(9)
    assert stage.silences() == []


@timeless
async def test_it_sounds_from_the_first_audio_that_waits_to_the_last_that_is_heard():
    stage, voice = await playback(), Voice()
    assert not stage.playback.sounding
    await stage.pauses(1)
    await stage.sends(*voice.speech(1))
    assert stage.playback.sounding
    await stage.resumes(2)
    await until(2.999)
    assert stage.playback.sounding
    await until(3.001)
    assert not stage.playback.sounding


@timeless
async def test_it_may_be_cut_when_what_is_heard_may_be_whatever_follows():
    stage, voice, firm = await playback(), Voice(), Voice(cut=False)
    assert stage.playback.interruptible
    await stage.sends(*voice.speech(1), *firm.speech(1, "b"), *voice.speech(1, "c"))
    for second, may_be_cut in ((0.9, True), (0.93, True), (1.1, False), (1.93, False), (2.1, True)):
        await until(second)
        assert stage.playback.interruptible is may_be_cut


@timeless
@pytest.mark.parametrize("cut", [True, False])
async def test_of_a_silent_voice_what_waits_says_whether_it_may_be_cut(cut):
    stage, voice = await playback(), Voice(cut=cut)
    await stage.pauses(1)
    await stage.sends(*voice.speech(1))
    assert stage.audio == []
    assert stage.playback.interruptible is cut


@timeless
async def test_what_may_not_be_cut_is_heard_to_its_end_though_all_of_it_was_let_go_of():
    stage, firm = await playback(), Voice(cut=False)
    await stage.sends(*firm.speech(1))
    await stage.sends(InterruptionFrame(), at=0.98)
    assert stage.playback.sounding
    await until(1.01)
    assert not stage.playback.sounding
