"""What the report says of the options of a bot that somebody else built."""

import pytest
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMUserAggregator,
    LLMUserAggregatorParams,
)
from pipecat.turns.user_mute import AlwaysUserMuteStrategy
from pipecat.turns.user_start import MinWordsUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy, deferred
from pipecat.turns.user_turn_strategies import (
    EagerUserTurnStrategies,
    ExternalUserTurnStrategies,
    UserTurnStrategies,
)

from bot.attached.options import options_in_force
from bot.config.turn import REPORTED
from tests.scripted.vad import EnergyVAD

QUICK = [SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.25)]


def options(strategies=None, *, vad=True, **params):
    analyzer = EnergyVAD(start_secs=0.05, stop_secs=0.5) if vad else None
    aggregator = LLMUserAggregator(
        LLMContext(),
        params=LLMUserAggregatorParams(
            vad_analyzer=analyzer, user_turn_strategies=strategies, **params
        ),
    )
    return options_in_force(aggregator, 15.0)


def test_they_are_the_ten_of_the_report_in_its_order():
    assert tuple(options()) == REPORTED
    assert tuple(options_in_force(None, None)) == REPORTED


def test_of_a_bot_without_pipecats_aggregator_nothing_is_known_but_the_recorders_own():
    known = {k: v for k, v in options_in_force(None, 15.0).items() if v is not None}
    assert known == {"user_away_timeout": 15.0}


def test_silence_and_timeout_make_the_shortest_endpointing_delay():
    found = options(UserTurnStrategies(stop=QUICK), user_turn_stop_timeout=4.0)
    assert (found["min_endpointing_delay"], found["max_endpointing_delay"]) == (0.75, 4.0)
    wrapped = options(UserTurnStrategies(stop=[deferred(QUICK[0])]))
    assert wrapped["min_endpointing_delay"] == 0.75


def test_smart_turn_is_pipecats_default():
    found = options()
    assert (found["min_endpointing_delay"], found["max_endpointing_delay"]) == (0.5, 3.0)
    assert found["min_interruption_duration"] == 0.05


@pytest.mark.parametrize(
    "strategies", [ExternalUserTurnStrategies(), UserTurnStrategies(stop=QUICK * 2)]
)
def test_no_delay_is_known_of_turns_that_others_end(strategies):
    found = options(strategies)
    assert (found["min_endpointing_delay"], found["max_endpointing_delay"]) == (None, None)


def test_no_delay_is_known_without_a_vad():
    found = options(UserTurnStrategies(stop=QUICK), vad=False)
    assert found["min_endpointing_delay"] is None
    assert found["min_interruption_duration"] is None


def test_words_count_if_nothing_else_begins_a_turn():
    words = MinWordsUserTurnStartStrategy(min_words=3)
    assert options(UserTurnStrategies(start=[words]))["min_interruption_words"] == 3
    both = UserTurnStrategies(start=[words, VADUserTurnStartStrategy()])
    assert options(both)["min_interruption_words"] == 0


def test_a_bot_that_starts_turns_without_interrupting_allows_no_interruptions():
    polite = UserTurnStrategies(start=[VADUserTurnStartStrategy(enable_interruptions=False)])
    assert options(polite)["allow_interruptions"] is False
    assert options()["allow_interruptions"] is True


def test_a_muted_user_is_discarded():
    found = options(user_mute_strategies=[AlwaysUserMuteStrategy()])
    assert found["allow_interruptions"] is False
    assert found["discard_audio_if_uninterruptible"] is True


def test_an_eager_strategy_generates_preemptively():
    assert options(EagerUserTurnStrategies())["preemptive_generation"] is True
    assert options()["preemptive_generation"] is False
