"""A noise pauses the bot on Pipecat's Daily transport, and nothing of its reply is lost.

`DailyTransport`, its input, its output and its client are Pipecat's real ones, and the source that
the audio is written to is daily-python's real one. Doubled is daily-python's `CallClient`, which
would need a network; see `tests.calls.daily_room`. What is measured is what was written to that
source, and when.
"""

import pytest

from tests.calls.daily_room import rooms
from tests.calls.heard import ranges
from tests.calls.noise import MIN_DURATION, TO_SILENCE, TWO, noisy, resumes_after
from tests.calls.on_the_line import Said
from tests.calls.together import Played, play_together

# Seconds to which a moment is known: audio is written in chunks of 40 ms.
EXACT = 0.08
# Pipecat's output says that the bot has stopped when it has had no audio for three seconds.
PAUSES = {
    "a long pause": noisy(0.7, timeout=3.5),
    "a long pause, no word times": noisy(0.8, timeout=3.5, word_times=False),
    "a long pause in the second sentence": noisy(1.9, timeout=3.5, reply=TWO),
    "three noises": noisy(0.5, 1.5, 2.5, timeout=0.4),
    "three noises, no word times": noisy(0.6, 1.7, 2.8, timeout=0.4, reply=TWO, word_times=False),
    "one noise": noisy(1, timeout=0.8),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    with rooms() as make_line:
        return play_together(PAUSES, tmp_path_factory.mktemp("sessions"), make_line)


@pytest.mark.parametrize("name", PAUSES)
def test_each_sample_of_the_reply_is_written_once_and_in_order(played: Played, name: str) -> None:
    assert ranges(played[name].played) == [played[name].everything]


@pytest.mark.parametrize("name", PAUSES)
def test_nothing_is_written_while_the_bot_is_paused(played: Played, name: str) -> None:
    line = played[name]
    assert len(line.silences) == len(line.utterances)
    for noise, silence in zip(line.utterances, line.silences, strict=True):
        assert noise.started_at is not None
        assert noise.ended_at is not None
        lasted = silence.began - noise.started_at
        assert MIN_DURATION <= lasted <= MIN_DURATION + TO_SILENCE + EXACT + line.late
        resumes = noise.ended_at + resumes_after(line.scene)
        assert silence.ended == pytest.approx(resumes, abs=EXACT + line.late)


@pytest.mark.parametrize("name", PAUSES)
def test_audio_is_written_at_the_speed_of_speech(played: Played, name: str) -> None:
    line = played[name]
    began, ended = line.played[0].at, line.played[-1].at
    silent = sum(silence.seconds for silence in line.silences)
    seconds = len(line.everything) / line.far_end.sample_rate
    assert ended - began - silent == pytest.approx(seconds, abs=EXACT + line.late)


@pytest.mark.parametrize("name", PAUSES)
def test_the_reply_is_one_uninterrupted_item_of_log_and_context(played: Played, name: str) -> None:
    line = played[name]
    reply = line.scene.answers[0]["content"]
    assert line.said == [Said(reply, interrupted=False)]
    assert line.in_context == [reply]
