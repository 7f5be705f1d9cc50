"""The labels of calls."""

import msgspec
import pytest

from eventlog.stats.groups import By, labels
from eventlog.stats.lenient import record_of
from eventlog.stats.record import Record
from tests.eventlog.reading import dumped, livekit, ours


def record(data):
    return msgspec.json.decode(msgspec.json.encode(data), type=Record)


@pytest.mark.parametrize(
    ("by", "label"),
    [
        (By.PROVIDER, "stt=moonshine"),
        (By.MODEL, "stt=tiny-en"),
        (By.CONFIG, "local"),
        (By.AGENT, "assistant"),
        (By.TAG, "-"),
        (None, "all"),
    ],
)
def test_our_report_says_what_it_ran_on(by, label):
    assert labels(record(ours()), by) == [label]


def test_a_livekit_report_of_the_newer_line_names_its_agent_and_what_it_used():
    data = livekit("1.8.9", "plain_turn")
    data["usage"][0] |= {"provider": "openai", "model": "some-model"}
    assert labels(record(data), By.AGENT) == ["ref-agent"]
    assert labels(record(data), By.PROVIDER) == ["llm=openai tts=unknown"]
    assert labels(record(data), By.MODEL) == ["llm=some-model tts=unknown"]


def test_the_day_is_that_of_utc():
    assert labels(record(dumped()), By.DAY) == ["2026-02-08"]


def test_who_took_over_is_named_behind_who_failed():
    data = ours()
    data["parley"]["switches"] = [{"at": 1.0, "slot": "stt", "provider": "deepgram"}]
    assert labels(record(data), By.PROVIDER) == ["stt=moonshine>deepgram"]


@pytest.mark.parametrize("by", list(By))
def test_an_odd_report_has_the_same_labels(by):
    data = ours() | {"tags": ["a"]}
    assert labels(record_of(data | {"timestamp": "late"}), by) == labels(record(data), by)
