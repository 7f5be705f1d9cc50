"""The figures of a row, beside those worked out from the raw JSON."""

import json
import statistics

import pytest

from eventlog.index.collect import collect
from eventlog.index.row import COLUMNS, LONGEST, as_data
from tests.eventlog.drawn_calls import BEGIN
from tests.eventlog.index.stores import call, hostile, store, varied
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped, ours
from tests.eventlog.stats.many import tree


def raw_figures(data):
    """The numbers of a report, by nothing but its JSON."""
    events = data["events"]
    items = [e["item"] for e in events if e["type"] == "conversation_item_added"]
    replies = [item for item in items if item.get("role") == "assistant"]
    metrics = [reply["metrics"] for reply in replies]
    latencies = [found["e2e_latency"] for found in metrics if "e2e_latency" in found]
    waits = sorted(latencies)
    times = [event["created_at"] for event in events]
    closes = [event["reason"] for event in events if event["type"] == "close"]
    return {
        "seconds": pytest.approx(max(times) - min(times), abs=0.001),
        "replies": len(replies),
        "interrupted": sum(reply["interrupted"] for reply in replies),
        "false_interruptions": sum(e["type"] == "agent_false_interruption" for e in events),
        "errors": sum(event["type"] == "error" for event in events),
        "closed": closes[-1] if closes else "none",
        "p50": pytest.approx(statistics.median(waits)) if waits else None,
        "p95": pytest.approx(percentile_95(waits)) if waits else None,
        "latencies": pytest.approx(latencies, abs=1e-4),
    }


def percentile_95(ordered):
    if len(ordered) == 1:
        return ordered[0]
    return statistics.quantiles(ordered, n=20, method="inclusive")[-1]


@pytest.mark.parametrize("file", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda file: file.stem)
def test_the_figures_of_a_row_are_those_of_its_json(file):
    [found] = collect([file]).found
    data = dumped() if file == DUMP_FILE else json.loads(file.read_text())
    expected = raw_figures(data)
    assert {name: getattr(found.row, name) for name in expected} == expected


def test_the_figures_of_many_calls_are_those_of_their_json(tmp_path):
    """More than one piece, so two processes read them."""
    reports = list(varied(600))
    found = collect([store(tmp_path, reports)]).found
    assert len(found) == 600
    by_job = {data["job_id"]: data for data in reports}
    for each in found:
        expected = raw_figures(by_job[each.row.job])
        assert {name: getattr(each.row, name) for name in expected} == expected


def test_a_turn_without_a_reply_is_unanswered_unless_the_close_came_first(tmp_path):
    """The third has no reply; the fourth was pending when the call closed."""
    file = tmp_path / "a.json"
    file.write_text(json.dumps(call(1, turns=4, latencies=[1.0, 2.0])))
    [found] = collect([file]).found
    assert (found.row.turns, found.row.replies, found.row.unanswered) == (3, 2, 1)
    assert found.row.p50 == 1.5


def test_a_row_says_who_served_and_by_which_configuration(tmp_path):
    file = tmp_path / "a.json"
    data = call(1, config="flux", tags=["vip"], at=60) | {"agent_name": "shop"}
    data["parley"]["switches"] = [{"slot": "llm", "provider": "groq"}]
    file.write_text(json.dumps(data))
    [found] = collect([file]).found
    row = found.row
    assert row.providers == "llm=openai>groq stt=deepgram-flux tts=cartesia"
    assert (row.config, row.agent, row.tags) == ("flux", "shop", ["vip"])
    assert row.began == BEGIN + 60


def test_a_call_of_livekits_has_what_it_says():
    [found] = collect([DUMP_FILE]).found
    row = found.row
    assert (row.job, row.config, row.tags) == (dumped()["job_id"], "-", [])
    assert row.agent == "assistant"  # the first that its history names
    assert row.began == min(event["created_at"] for event in dumped()["events"])


def test_the_newest_call_is_first_and_each_knows_its_place(tmp_path):
    found = collect([tree(tmp_path)]).found
    began = [each.row.began for each in found]
    assert began == sorted(began, reverse=True)
    dumps = [each.index for each in found if each.file.endswith("dump.txt")]
    assert dumps == [0, 1, 2]


def test_what_cannot_be_read_is_told_beside_the_rest(tmp_path):
    (tmp_path / "good.json").write_text(json.dumps(ours()))
    (tmp_path / "bad.json").write_text("{")
    calls = collect([tmp_path])
    assert len(calls.found) == 1
    [problem] = calls.unreadable
    assert problem.file == str(tmp_path / "bad.json")


def test_a_hostile_report_is_a_row_of_numbers_that_are_numbers(tmp_path):
    found = collect([store(tmp_path, hostile())]).found
    text = json.dumps(as_data(each.row for each in found), allow_nan=False)
    assert len(text) < 10_000
    assert all(len(each.row.config) <= LONGEST + 1 for each in found)


def test_times_without_end_are_no_length(tmp_path):
    data = call(0)
    data["events"][0]["created_at"] = -1.7e308
    data["events"][-1]["created_at"] = 1.7e308
    data["events"][3]["item"]["created_at"] = None
    [found] = collect([store(tmp_path, [data])]).found
    assert found.row.seconds is None


def test_the_names_of_the_columns_stand_once(tmp_path):
    [found] = collect([DUMP_FILE]).found
    data = as_data([found.row])
    assert data["columns"] == COLUMNS
    assert data["rows"][0][COLUMNS.index("job")] == found.row.job
