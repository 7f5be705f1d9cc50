"""What of the user's side reaches the STT, and what the VAD still tells everybody else."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    STTMuteFrame,
    TextFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from processors.floor import Floor
from processors.listening import Listening
from tests.processors.stage import Stage
from tests.processors.timeless import timeless

AUDIO = {"audio": b"\0\0", "sample_rate": 16_000, "num_channels": 1}


class Sound:
    """A voice that may not be cut while it sounds."""

    quiet_since = 0.0
    sounding = interruptible = False


class Heard(Stage):
    """A processor behind an STT, which hears what goes up from it."""

    def __init__(self, **options):
        self.floor = Floor(**options)
        self.voice = self.floor.playback = Sound()
        super().__init__(Listening(self.floor))

    async def bot_speaks(self, speaks):
        """Have the bot begin or end a speech that may not be cut, and audio come after it."""
        self.voice.sounding = speaks
        await self.sends(InputAudioRawFrame(**AUDIO))

    @property
    def stt(self):
        """What the STT was told: muted, not muted, and the VAD's marks."""
        told = {VADUserStartedSpeakingFrame: "starts", VADUserStoppedSpeakingFrame: "stops"}
        return [
            ("muted" if frame.mute else "hears")
            if isinstance(frame, STTMuteFrame)
            else told.get(type(frame), type(frame).__name__)
            for frame in self.up.all()
        ]


async def listening(**options):
    return await Heard(**options).begin()


def starts():
    return VADUserStartedSpeakingFrame(start_secs=0.2)


def stops():
    return VADUserStoppedSpeakingFrame(stop_secs=0.2)


@timeless
async def test_while_the_bot_may_be_cut_the_stt_hears_everything():
    user = await listening()
    user.voice.interruptible = True
    await user.bot_speaks(True)
    await user.returns(starts(), stops(), InterruptionFrame())
    assert user.stt == ["starts", "stops", "InterruptionFrame"]


@timeless
async def test_a_bot_that_may_not_be_cut_has_the_stt_muted_for_as_long_as_it_speaks():
    user = await listening()
    await user.bot_speaks(True)
    await user.bot_speaks(True)
    assert user.stt == ["muted"]
    await user.bot_speaks(False)
    await user.bot_speaks(False)
    assert user.stt == ["muted", "hears"]


@timeless
async def test_the_stt_is_not_muted_where_its_words_are_wanted_all_the_same():
    user = await listening(discard_audio=False)
    await user.bot_speaks(True)
    await user.returns(starts())
    assert user.stt == ["starts"]


@timeless
async def test_the_audio_itself_is_passed_on_for_the_recording_and_the_vad():
    user = await listening()
    await user.bot_speaks(True)
    assert user.down.kinds() == [InputAudioRawFrame]


@timeless
async def test_a_speech_that_the_stt_does_not_hear_is_not_marked_for_it():
    user = await listening()
    await user.bot_speaks(True)
    await user.returns(starts(), stops(), InterruptionFrame())
    assert user.stt == ["muted", "InterruptionFrame"]


@timeless
async def test_a_speech_that_outlasts_the_bots_is_heard_from_there_on():
    user = await listening()
    await user.bot_speaks(True)
    await user.returns(starts())
    await user.bot_speaks(False)
    await user.returns(stops())
    assert user.stt == ["muted", "hears", "starts", "stops"]
    assert user.up.all(VADUserStartedSpeakingFrame)[0].start_secs == 0


@timeless
async def test_a_speech_that_was_over_before_is_not_marked_late():
    user = await listening()
    await user.bot_speaks(True)
    await user.returns(starts(), stops())
    await user.bot_speaks(False)
    assert user.stt == ["muted", "hears"]


@timeless
async def test_a_speech_that_had_begun_before_the_bots_is_ended_for_the_stt():
    user = await listening()
    await user.returns(starts())
    await user.bot_speaks(True)
    await user.returns(stops())
    assert user.stt == ["starts", "muted", "stops"]


@timeless
async def test_a_speech_is_marked_once_however_often_the_bot_speaks_meanwhile():
    user = await listening()
    await user.returns(starts())
    for speaks in (True, False, True, False):
        await user.bot_speaks(speaks)
    await user.returns(stops())
    assert user.stt == ["starts", "muted", "hears", "muted", "hears", "stops"]


@timeless
async def test_after_a_speech_that_was_not_heard_the_next_one_is():
    user = await listening()
    await user.bot_speaks(True)
    await user.returns(starts(), stops())
    await user.bot_speaks(False)
    await user.returns(starts(), stops())
    assert user.stt == ["muted", "hears", "starts", "stops"]


@timeless
async def test_the_vads_marks_pass_on_their_way_down():
    user = await listening()
    await user.bot_speaks(True)
    await user.sends(starts(), stops())
    assert user.down.kinds()[1:] == [VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame]


@timeless
async def test_words_are_not_swept_away_by_the_interruption_that_they_bring_about():
    user = await listening()
    words = TranscriptionFrame(text="Stop.", user_id="", timestamp="")
    interim = InterimTranscriptionFrame(text="Stop", user_id="", timestamp="")
    await user.sends(interim, words, TextFrame("x"))
    assert user.down.all() == [interim, words, *user.down.all(TextFrame)[2:]]
    assert [frame.interruptible for frame in user.down.all()] == [True, False, True]


@timeless
@pytest.mark.parametrize("kind", [EndFrame, CancelFrame])
async def test_once_the_call_ends_nothing_is_answered_any_more(kind):
    user = await listening()
    assert not user.floor.closed
    await user.sends(kind())
    assert user.floor.closed
    assert user.down.kinds() == [kind]
