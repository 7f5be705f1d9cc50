"""The numbers of the fixtures, against the same numbers worked out here from the raw JSON."""

import json
from collections import Counter

import pytest

from eventlog.stats import figures, pieces
from eventlog.stats.collect import collect
from eventlog.stats.groups import By
from eventlog.stats.record import METRICS
from tests.eventlog.reading import dumped, livekit, ours
from tests.eventlog.stats.many import (
    ALL,
    percentile,
    raw_items,
    raw_reports,
    raw_values,
    tree,
)


def all_calls(paths, **options):
    return collect(paths, **options).groups["all"]


@pytest.mark.parametrize("metric", [name for name in METRICS if name != "llm_node_tps"])
def test_quantiles_are_those_of_the_raw_values(metric):
    found = figures.metrics(all_calls(ALL))[metric]
    values = raw_values(raw_reports(), metric)
    assert found["n"] == len(values)
    assert found["max"] == max(values)
    for percent in (50, 90, 95, 99):
        assert found[f"p{percent}"] == pytest.approx(percentile(values, percent), rel=1e-9)


def test_the_parts_of_a_turn_are_summed_by_name(tmp_path):
    report = ours()
    seconds = {"llm": [0.25, 0.5], "tts": [0.125]}
    report["parley"]["turns"] = [
        {
            "parts": [
                {"name": name, "seconds": s} for name, all_of in seconds.items() for s in all_of
            ]
        }
    ]
    (tmp_path / "report.json").write_text(json.dumps(report))
    found = figures.metrics(all_calls([tmp_path]))
    assert found["turn.llm"]["max"] == 0.75
    assert found["turn.tts"]["n"] == 1


def test_replies_that_were_cut_and_errors_are_counted_by_hand():
    reports = raw_reports()
    events = [event for report in reports for event in report["events"]]
    replies = raw_items(reports, "assistant")
    kinds = Counter(event["type"] for event in events)
    found = all_calls(ALL)
    counts, rates = figures.counts(found), figures.rates(found)
    assert counts["replies"] == len(replies)
    assert counts["interrupted"] == sum(item["interrupted"] for item in replies)
    assert counts["false_interruptions"] == kinds["agent_false_interruption"]
    assert counts["errors"] == kinds["error"] == counts["errors.llm"]
    reasons = Counter(event["reason"] for event in events if event["type"] == "close")
    assert {name: counts[f"close.{name}"] for name in reasons} == dict(reasons)
    assert rates["interruption_rate"] == counts["interrupted"] / len(replies)
    assert rates["errors_per_call"] == kinds["error"] / len(reports)


def test_a_turn_without_a_reply_is_unanswered(tmp_path):
    for name, unanswered in [
        ("plain_turn", 0),
        ("close_while_thinking", 1),
        ("llm_error_first", 1),
        ("two_turns", 0),
        ("tool_preamble", 0),
    ]:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(livekit("1.3.12", name)))
        assert figures.counts(all_calls([path]))["unanswered"] == unanswered, name


def test_a_turn_that_was_pending_at_the_close_does_not_count(tmp_path):
    report = livekit("1.3.12", "close_while_user_speaks_final")
    assert len(raw_items([report], "user")) == 1
    path = tmp_path / "call.json"
    path.write_text(json.dumps(report))
    found = all_calls([path])
    assert (found.counts["user_turns"], found.counts["unanswered"]) == (0, 0)
    assert "unanswered_rate" not in figures.rates(found)


def test_talk_time_is_that_of_the_states(tmp_path):
    report = dumped()
    spoken, since = Counter(), {}
    for event in report["events"]:
        if event["type"].endswith("_state_changed"):
            who = event["type"].partition("_")[0]
            if event["old_state"] == "speaking":
                spoken[who] += event["created_at"] - since[who]
            since[who] = event["created_at"]
    path = tmp_path / "call.json"
    path.write_text(json.dumps(report))
    talk = figures.talk(all_calls([path]))
    begin, end = report["events"][0]["created_at"], report["events"][-1]["created_at"]
    assert talk["call_seconds"] == pytest.approx(end - begin)
    assert talk["agent_talk_seconds"] == pytest.approx(spoken["agent"])
    assert talk["user_talk_seconds"] == pytest.approx(spoken["user"])
    assert talk["user_silence_seconds"] == pytest.approx(end - begin - spoken["user"])
    either = spoken["agent"] + spoken["user"] - talk["both_talk_seconds"]
    assert talk["silence_seconds"] == pytest.approx(end - begin - either)


def test_every_form_of_file_counts(tmp_path):
    found = collect([tree(tmp_path)])
    assert (found.calls, found.unreadable) == (5, [])
    assert found.groups["all"].counts["close.user_initiated"] == 4
    assert found.groups["all"].counts["close.error"] == 1


def test_two_processes_find_what_one_does(tmp_path, monkeypatch):
    (tmp_path / "tree" / "deeper").mkdir(parents=True)
    tree(tmp_path / "tree")
    (tmp_path / "tree" / "bad.json").write_text("{")
    one = collect([tmp_path])
    monkeypatch.setattr(pieces, "FILES", 1)
    two = collect([tmp_path])
    assert figures.flat(two.groups["all"]) == figures.flat(one.groups["all"])
    assert [each.file for each in two.unreadable] == [each.file for each in one.unreadable] != []


def test_a_call_with_two_tags_is_in_two_groups(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(ours() | {"tags": ["vip", "de"]}))
    (tmp_path / "b.json").write_text(json.dumps(ours() | {"job_id": "b", "tags": ["de"]}))
    (tmp_path / "c.json").write_text(json.dumps(dumped()))
    groups = collect([tmp_path], by=By.TAG).groups
    assert {label: tally.calls for label, tally in groups.items()} == {"vip": 1, "de": 2, "-": 1}


def test_groups_add_up_to_all_of_them():
    for by in By:
        if by is not By.TAG:
            assert sum(tally.calls for tally in collect(ALL, by=by).groups.values()) == len(ALL)


def test_the_dump_beside_the_folders_of_calls_does_not_count_them_twice(tmp_path):
    folder = tmp_path / "one-call"
    folder.mkdir()
    text = json.dumps(ours())
    (folder / "report.json").write_text(text)
    (tmp_path / "session_dump.txt").write_text(text)
    assert collect([tmp_path]).calls == 1
    assert collect([tmp_path / "session_dump.txt"]).calls == 1
