"""A noise pauses the bot and costs nothing of its reply: measured on what the caller heard."""

import pytest

from tests.calls.heard import ranges
from tests.calls.noise import MIN_DURATION, TO_SILENCE, TWO, noisy, resumes_after
from tests.calls.on_the_line import Said
from tests.calls.together import Played, play_together

# Seconds to which a moment is known: the steps of the line and of the VAD.
EXACT = 0.06


ONE_PAUSE = {
    "one noise": noisy(1, timeout=1),
    "one noise, no word times": noisy(1, timeout=1, word_times=False),
    "in the second sentence": noisy(2.5, timeout=0.6, reply=TWO),
    "in the second sentence, no word times": noisy(2.5, timeout=0.6, reply=TWO, word_times=False),
}
# Pipecat's output says that the bot has stopped when it has had no audio for three seconds.
LONG_PAUSE = {
    "a long pause": noisy(0.7, timeout=4),
    "a long pause, no word times": noisy(0.7, timeout=4, reply=TWO, word_times=False),
}
THREE_PAUSES = {
    "three noises": noisy(0.5, 1.5, 2.5, timeout=0.4),
    "three noises, no word times": noisy(0.6, 1.7, 2.8, timeout=0.4, reply=TWO, word_times=False),
}
PAUSES = {**LONG_PAUSE, **THREE_PAUSES, **ONE_PAUSE}
A_COUGH = {"a cough": noisy(1, timeout=0.6, seconds=0.3)}
ALL = {**PAUSES, **A_COUGH}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play_together(ALL, tmp_path_factory.mktemp("sessions"))


@pytest.mark.parametrize("name", ALL)
def test_each_sample_of_the_reply_is_heard_once_and_in_order(played: Played, name: str) -> None:
    assert ranges(played[name].played) == [played[name].everything]


@pytest.mark.parametrize("name", PAUSES)
def test_each_noise_is_one_silence(played: Played, name: str) -> None:
    assert len(played[name].silences) == len(played[name].utterances)


def test_a_sound_that_is_too_short_is_talked_over(played: Played) -> None:
    assert played["a cough"].silences == []


@pytest.mark.parametrize("name", PAUSES)
def test_the_bot_is_silent_as_soon_as_the_noise_has_lasted_long_enough(
    played: Played, name: str
) -> None:
    line = played[name]
    for noise, silence in zip(line.utterances, line.silences, strict=True):
        lasted = silence.began - noise.started_at
        assert MIN_DURATION <= lasted <= MIN_DURATION + TO_SILENCE + line.late


@pytest.mark.parametrize("name", PAUSES)
def test_the_bot_goes_on_when_no_words_have_come_in_time(played: Played, name: str) -> None:
    line = played[name]
    for noise, silence in zip(line.utterances, line.silences, strict=True):
        resumes = noise.ended_at + resumes_after(line.scene)
        assert silence.ended == pytest.approx(resumes, abs=EXACT + line.late)


@pytest.mark.parametrize("name", PAUSES)
def test_the_log_has_the_bot_listening_in_each_silence(played: Played, name: str) -> None:
    line = played[name]
    told = [
        (event["new_state"], event["created_at"])
        for event in line.report.data["events"]
        if event["type"] == "agent_state_changed"
    ]
    spoke = [at for state, at in told if state == "speaking"]
    # The first time it spoke is the beginning of the reply, the last state is that of its end.
    listened = [at for state, at in told if state == "listening" and at > spoke[0]][:-1]
    assert len(listened) == len(line.silences) == len(spoke) - 1
    for silence, paused, resumed in zip(line.silences, listened, spoke[1:], strict=True):
        assert -EXACT <= silence.began - paused <= TO_SILENCE + line.late
        assert silence.ended == pytest.approx(resumed, abs=EXACT + line.late)


@pytest.mark.parametrize("name", ALL)
def test_the_reply_is_one_uninterrupted_item_of_log_and_context(played: Played, name: str) -> None:
    line = played[name]
    reply = line.scene.answers[0]["content"]
    assert line.said == [Said(reply, interrupted=False)]
    assert line.in_context == [reply]
