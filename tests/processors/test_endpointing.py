"""When the user's turn ends: after the shortest delay, the longest, or when the words are in."""

from __future__ import annotations

from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    MetricsFrame,
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import MetricsData
from pipecat.turns.types import ProcessFrameResult

from processors.endpointing import EndpointingUserTurnStopStrategy
from tests.processors.timeless import now, setup_of_a_strategy, timeless, until, wall

STOP_SECS = 0.2


class Detector:
    """A turn model that says what it is told to say."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.heard, self.asked = [], []
        self.rate = self.start_secs = None
        self.cleared = self.cleaned = 0

    def set_sample_rate(self, rate):
        self.rate = rate

    def append_audio(self, audio, is_speech):
        self.heard.append((audio, is_speech))

    def update_vad_start_secs(self, seconds):
        self.start_secs = seconds

    async def analyze_end_of_turn(self):
        self.asked.append(round(now(), 6))
        return self.answers.pop(0), MetricsData(processor="detector")

    def clear(self):
        self.cleared += 1

    async def cleanup(self):
        self.cleaned += 1


class Turn:
    """A strategy and the times at which it ended the turn."""

    def __init__(self, detector=None):
        self.strategy = EndpointingUserTurnStopStrategy(
            min_delay=0.5, max_delay=3.0, detector=detector, clock=wall
        )
        self.ends, self.pushed = [], []

    async def begin(self, p99=0.0):
        await self.strategy.setup(setup_of_a_strategy())
        self.strategy.add_event_handler("on_user_turn_stopped", self._ended)
        self.strategy.add_event_handler("on_push_frame", self._push)
        await self.strategy.process_frame(
            STTMetadataFrame(service_name="stt", ttfs_p99_latency=p99)
        )

    async def _ended(self, strategy, params):
        self.ends.append(round(now(), 6))
        await self.strategy.handle_user_turn_stopped()

    async def _push(self, strategy, frame, direction):
        self.pushed.append(frame)

    async def speech_starts(self, at):
        await until(at)
        await self.strategy.process_frame(
            VADUserStartedSpeakingFrame(start_secs=0.2, timestamp=wall())
        )

    async def speech_ends(self, at):
        """The speech really ended STOP_SECS earlier."""
        await until(at)
        await self.strategy.process_frame(
            VADUserStoppedSpeakingFrame(stop_secs=STOP_SECS, timestamp=wall())
        )

    async def words(self, at, text="word", kind=TranscriptionFrame):
        await until(at)
        frame = kind(text=text, user_id="", timestamp="")
        assert await self.strategy.process_frame(frame) is ProcessFrameResult.CONTINUE


@timeless
async def test_the_turn_ends_the_shortest_delay_after_the_true_end_of_speech():
    turn = Turn()
    await turn.begin()
    await turn.speech_starts(1)
    await turn.words(1.5)
    await turn.speech_ends(2.2)
    await until(9)
    assert turn.ends == [2.5]


@timeless
async def test_words_that_come_after_the_delay_end_the_turn_at_once():
    turn = Turn()
    await turn.begin()
    await turn.speech_starts(1)
    await turn.speech_ends(2.2)
    await turn.words(2.9)
    await until(9)
    assert turn.ends == [2.9]


@timeless
async def test_a_turn_without_words_does_not_end():
    turn = Turn()
    await turn.begin(p99=1.0)
    await turn.speech_starts(1)
    await turn.words(1.5, " ")
    await turn.words(1.5, "hm", InterimTranscriptionFrame)
    await turn.speech_ends(2.2)
    await until(60)
    assert turn.ends == []


@timeless
async def test_words_that_the_vad_missed_end_the_turn_the_shortest_delay_later():
    turn = Turn()
    await turn.begin()
    await turn.words(1)
    await until(9)
    assert turn.ends == [1.5]


@timeless
async def test_more_words_that_the_vad_missed_do_not_put_the_end_off():
    turn = Turn()
    await turn.begin()
    await turn.words(1)
    await turn.words(1.25)
    await until(9)
    assert turn.ends == [1.5]


@timeless
async def test_a_user_who_goes_on_is_waited_for():
    turn = Turn()
    await turn.begin()
    await turn.speech_starts(1)
    await turn.speech_ends(2.2)
    await turn.words(2.3)
    await turn.speech_starts(2.4)
    await turn.words(3.0)
    await turn.speech_ends(4.2)
    await turn.words(4.3)
    await until(9)
    assert turn.ends == [4.5]


@timeless
async def test_nothing_ends_while_the_user_speaks():
    turn = Turn()
    await turn.begin()
    await turn.speech_starts(1)
    await turn.words(2)
    await until(30)
    assert turn.ends == []
    await turn.strategy.cleanup()


@timeless
async def test_the_last_words_get_the_time_that_the_stt_needs():
    turn = Turn()
    await turn.begin(p99=1.5)
    await turn.speech_starts(1)
    await turn.words(1.5)
    await turn.words(1.8, "more", InterimTranscriptionFrame)
    await turn.speech_ends(2.2)
    await until(9)
    assert turn.ends == [3.5]


@timeless
async def test_the_last_words_end_the_wait_for_them():
    turn = Turn()
    await turn.begin(p99=1.5)
    await turn.speech_starts(1)
    await turn.words(1.5)
    await turn.words(1.8, "more", InterimTranscriptionFrame)
    await turn.speech_ends(2.2)
    await turn.words(2.75)
    await until(9)
    assert turn.ends == [2.75]


@timeless
async def test_while_the_model_expects_more_the_longest_delay_holds():
    turn = Turn(Detector(EndOfTurnState.INCOMPLETE, EndOfTurnState.INCOMPLETE))
    await turn.begin()
    await turn.speech_starts(1)
    await turn.words(1.5)
    await turn.speech_ends(2.2)
    await until(9)
    assert turn.ends == [5.0]
    assert [type(frame) for frame in turn.pushed] == [MetricsFrame, MetricsFrame]


@timeless
async def test_the_model_is_asked_again_when_the_shortest_delay_is_over():
    detector = Detector(EndOfTurnState.INCOMPLETE, EndOfTurnState.COMPLETE)
    turn = Turn(detector)
    await turn.begin()
    await turn.speech_starts(1)
    await turn.words(1.5)
    await turn.speech_ends(2.2)
    await until(9)
    assert turn.ends == [2.5]
    assert detector.asked == [2.2, 2.5]


@timeless
async def test_words_that_come_late_have_the_model_asked_again_at_once():
    turn = Turn(Detector(EndOfTurnState.INCOMPLETE, EndOfTurnState.COMPLETE))
    await turn.begin()
    await turn.speech_starts(1)
    await turn.speech_ends(2.2)
    await turn.words(3)
    await until(9)
    assert turn.ends == [3.0]


@timeless
async def test_a_user_who_goes_on_as_the_model_expected_gets_the_shortest_delay_in_the_end():
    answers = (EndOfTurnState.INCOMPLETE, EndOfTurnState.INCOMPLETE, EndOfTurnState.COMPLETE)
    turn = Turn(Detector(*answers))
    await turn.begin()
    await turn.speech_starts(1)
    await turn.words(1.5)
    await turn.speech_ends(2.2)
    await turn.speech_starts(3.5)
    await turn.words(4)
    await turn.speech_ends(4.7)
    await until(9)
    assert turn.ends == [5.0]


@timeless
async def test_the_model_hears_the_audio_and_forgets_it_with_the_turn():
    detector = Detector(EndOfTurnState.COMPLETE)
    turn = Turn(detector)
    await turn.begin()
    audio = InputAudioRawFrame(audio=b"\0\0", sample_rate=16000, num_channels=1)
    await turn.strategy.process_frame(audio)
    await turn.speech_starts(1)
    await turn.strategy.process_frame(audio)
    await turn.words(1.5)
    await turn.speech_ends(2.2)
    await until(9)
    await turn.strategy.cleanup()
    assert detector.heard == [(b"\0\0", False), (b"\0\0", True)]
    assert (detector.rate, detector.start_secs) == (16000, 0.2)
    assert (detector.cleared, detector.cleaned) == (1, 1)


@timeless
async def test_each_turn_is_judged_by_its_own_words():
    turn = Turn()
    await turn.begin()
    for start in (1, 11):
        await turn.speech_starts(start)
        await turn.words(start + 0.5)
        await turn.speech_ends(start + 1.2)
    await until(15)
    await turn.speech_starts(21)
    await turn.speech_ends(22.2)
    await until(40)
    assert turn.ends == [2.5, 12.5]


@timeless
async def test_a_clean_up_stops_the_wait():
    turn = Turn()
    await turn.begin()
    await turn.words(1)
    await turn.strategy.cleanup()
    await until(9)
    assert turn.ends == []
