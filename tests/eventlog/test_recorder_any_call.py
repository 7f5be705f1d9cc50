"""Any call: whatever happens in whatever order, the log is sound and tells everything once."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventlog.checker import check
from tests.eventlog.folding import T0, Told, through_json
from tests.eventlog.legal_call import calls


def heard_in(told: Told) -> list[tuple[str, float, float]]:
    """Each message of the bot, and when it was heard."""
    return sorted(
        (
            item["content"][0],
            item["metrics"]["started_speaking_at"] - T0,
            item["metrics"]["stopped_speaking_at"] - T0,
        )
        for item in told.items("assistant")
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls())
def test_any_call_makes_a_sound_report_that_tells_everything_once(call):
    told = Told(call.script.signals)
    assert check(told.logged) == []
    assert heard_in(told) == sorted((text, *times) for text, times in call.heard.items())
    words = " ".join(item["content"][0] for item in told.items("user"))
    assert sorted(words.split()) == sorted(call.said)
    called = [i for i in told.data["chat_history"]["items"] if i["type"] == "function_call"]
    assert sorted(item["call_id"] for item in called) == sorted(call.called)
    changes = [i for i in told.data["chat_history"]["items"] if i["type"] == "agent_handoff"]
    assert [item["new_agent_id"] for item in changes] == call.agents
    assert [item.get("old_agent_id") for item in changes] == [None, *call.agents[:-1]]
    assert sum(line.startswith("speech: ") for line in told.story) == call.speeches
    assert told.story.count("agent_false_interruption") == call.false_interruptions
    for turn in told.data["parley"]["turns"]:
        seconds = [part["seconds"] for part in turn["parts"]]
        assert min(seconds) >= 0
        assert sum(seconds) == turn["e2e_latency"]
        assert turn["agent"] in call.agents
    assert Told(through_json(call.script.signals)).data == told.data
    assert told.returned == told.recorder.timeline.events


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls(), st.randoms(use_true_random=False))
def test_signals_in_any_order_whatever_never_break_the_log(call, shuffler):
    signals = list(call.script.signals)
    *before, close = signals
    shuffler.shuffle(before)
    told = Told([*before, close])
    times = [event["created_at"] for event in told.data["events"]]
    assert times == sorted(times)
    assert [event["type"] for event in told.data["events"]].count("close") == 1
