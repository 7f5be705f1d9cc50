"""The checker on real reports, and on reports that have been damaged at random."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventlog.checker import RULES, Finding, check
from eventlog.reader import LoggedReport, Origin, origin_of, read
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped, livekit, logged, ours


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: f"{path.stem}")
def test_what_livekit_wrote_keeps_every_rule(path):
    assert [finding for report in read(path) for finding in check(report)] == []


def test_our_plain_turn_keeps_every_rule():
    assert check(logged(ours())) == []


def test_every_rule_is_a_sentence_and_says_why_where_it_is_not_for_all():
    for rule in RULES.values():
        assert rule.sentence.endswith(".")
        assert rule.origins == frozenset(Origin) or rule.why


def test_a_finding_names_rule_event_and_item():
    report = dumped()
    del report["events"][3]["item"]["hash"]
    assert check(logged(report)) == [
        Finding("K07", 3, "item_99873f49f50a", "item: `hash` is missing")
    ]


def test_the_resume_that_livekit_announces_early_is_a_failure_in_our_reports():
    report = ours() | {key: dumped()[key] for key in ("events", "chat_history", "options")}
    report["timestamp"] = dumped()["timestamp"]
    assert "I26" in {finding.rule for finding in check(logged(report))}


def test_a_report_nested_beyond_reason_is_one_finding():
    report = dumped()
    for _ in range(2000):
        report["room"] = [report["room"]]
    assert [finding.rule for finding in check(logged(report))] == ["K03"]


def test_a_whole_number_beyond_floats_is_a_finding():
    report = dumped() | {"timestamp": 10**5000}
    assert [finding.rule for finding in check(logged(report))] == ["K02"]


def test_a_report_of_nothing_but_events_is_judged():
    found = {finding.rule for finding in check(logged({"job_id": None, "events": []}))}
    assert {"K01", "K02", "I06"} <= found


def test_many_messages_take_no_long_time():
    report = dumped()
    block = report["events"][5:40]
    report["events"][5:40] = block * 500
    assert len(check(logged(report))) > 1000


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["message", "close", "speaking", "user", "\ud800", "conversation_item_added"]),
    st.lists(st.none() | st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none() | st.floats(), max_size=2),
)
SOUND = [dumped(), ours(), livekit("1.3.12", "tool_call"), livekit("1.8.9", "tool_call")]


@st.composite
def damaged(draw):
    """A sound report in which a few values were replaced, dropped, doubled or moved."""
    report = deepcopy(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(1, 6))):
        place = report
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if isinstance(inner, (dict, list)) and draw(st.integers(0, 5)):
                place = inner
                continue
            action = draw(st.sampled_from(["replace", "drop", "double", "move"]))
            if action == "replace":
                place[key] = draw(JUNK)
            elif action == "drop":
                del place[key]
            elif isinstance(place, list):
                where = draw(st.integers(0, len(place)))
                place.insert(where, deepcopy(inner) if action == "double" else place.pop(key))
            else:
                place[draw(st.sampled_from(keys))] = inner
            break
    return report


@settings(max_examples=400, deadline=None)
@given(damaged(), st.sampled_from(Origin))
def test_random_damage_never_raises(report, origin):
    for origin_told in (origin, origin_of(report)):
        for finding in check(LoggedReport(report, DUMP_FILE, 0, origin_told)):
            assert finding.rule in RULES
            assert finding.message
            json.dumps(finding.message)


@given(st.lists(JUNK, max_size=5), JUNK, st.sampled_from(Origin))
def test_events_and_history_of_junk_never_raise(events, history, origin):
    report = {"job_id": 1, "events": events, "chat_history": {"items": history}, "parley": history}
    assert check(LoggedReport(report, DUMP_FILE, 0, origin))
