"""What a page is made of: lanes, lines, latencies and facts of a report."""

import json
from pathlib import Path

import pytest

from eventlog.timeline.span import Span
from eventlog.timeline.story import story
from eventlog.timeline.waits import stages
from eventlog.view import View
from tests.eventlog import drawn_calls as calls
from tests.eventlog.reading import LIVEKIT_FILES, dumped, livekit, logged, ours

PAGE = Path("timeline.html")


def told(data):
    return story(logged(data), None, PAGE)


def lane(data, name):
    [found] = [lane for lane in told(data)["lanes"] if lane["id"] == name]
    return found["marks"]


def test_the_states_of_a_lane_follow_each_other_without_a_gap():
    marks = lane(dumped(), "agent")
    assert [mark["k"] for mark in marks[:4]] == [
        "initializing",
        "listening",
        "speaking",
        "listening",
    ]
    assert marks[0]["a"] == 0
    assert [mark["b"] for mark in marks[:-1]] == [mark["a"] for mark in marks[1:]]
    assert marks[-1]["b"] == told(dumped())["seconds"]


def test_speech_stands_where_it_was_heard_and_says_whether_it_was_cut():
    marks = lane(dumped(), "agent-speech")
    assert [mark["k"] for mark in marks] == ["said", "said", "cut", "said"]
    assert (marks[2]["a"], marks[2]["b"]) == (26.753, 63.404)


def test_an_interim_transcript_stands_until_the_next_transcript():
    interims, finals = lane(calls.everything(), "interim"), lane(calls.everything(), "final")
    assert [(mark["a"], mark["b"], mark["t"]) for mark in interims[:2]] == [
        (4.5, 5.0, "What is"),
        (5.0, 6.3, "What is the weather"),
    ]
    assert [mark["t"] for mark in finals] == ["What is the weather in Bergen?", "Thank you."]


def test_a_tool_runs_from_its_begin_to_the_end_of_its_step():
    weather, wind = lane(calls.everything(), "tool")
    assert (weather["a"], weather["b"], weather["k"]) == (7.0, 7.9, "tool")
    assert (wind["k"], wind["t"]) == ("failed", "get_wind({}) → failed: no such station")


def test_a_false_interruption_lasts_from_the_pause_to_its_end():
    [mark] = lane(dumped(), "false")
    assert (mark["a"], mark["b"], mark["k"]) == (9.525, 11.897, "resumed")


def test_a_mark_knows_the_line_that_tells_the_same():
    made = told(dumped())
    [speech] = [lane for lane in made["lanes"] if lane["id"] == "agent-speech"]
    texts = [made["lines"][mark["line"]]["text"][:30] for mark in speech["marks"]]
    assert texts == [mark["t"][:30] for mark in speech["marks"]]


def test_a_line_jumps_to_where_it_began_to_be_heard():
    said = [line for line in told(dumped())["lines"] if line.get("said")]
    assert [line["jump"] for line in said[:3]] == [1.295, 7.856, 14.067]
    assert [line["who"] for line in said[:3]] == ["agent", "user", "agent"]


@pytest.mark.parametrize("path", LIVEKIT_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_parts_of_every_latency_of_livekit_sum_to_it(path):
    for wait in told(json.loads(path.read_text()))["waits"]:
        assert sum(seconds for _, seconds in wait["parts"]) == pytest.approx(wait["e2e"], abs=1e-6)
        assert all(seconds >= 0 for _, seconds in wait["parts"])


def test_the_parts_that_a_report_of_ours_tells_are_shown_as_they_are():
    [wait] = told(ours())["waits"]
    assert [name for name, _ in wait["parts"]] == ["endpointing", "the rest"]
    assert wait["from"] == "parley.turns"
    assert sum(seconds for _, seconds in wait["parts"]) == pytest.approx(wait["e2e"], abs=1e-9)


def test_parts_that_are_more_than_the_latency_are_not_believed():
    data = ours()
    data["parley"]["turns"][0]["parts"].append({"name": "more", "seconds": 5})
    [wait] = told(data)["waits"]
    assert wait["from"] == "metrics"
    assert sum(seconds for _, seconds in wait["parts"]) == pytest.approx(wait["e2e"], abs=1e-9)


def test_what_an_early_reply_did_before_the_turn_ended_is_waited_for_once():
    asked = {"transcription_delay": 0.3, "end_of_turn_delay": 0.6}
    parts = stages(asked, {"llm_node_ttft": 0.9, "tts_node_ttfb": 0.2}, 1.0)
    assert [name for name, _ in parts] == ["transcription", "endpointing", "llm", "tts"]
    assert dict(parts)["llm"] == pytest.approx(0.2)
    assert sum(seconds for _, seconds in parts) == pytest.approx(1.0)


def test_a_latency_without_any_metric_is_one_part():
    assert stages({}, {}, 1.2) == [("other", 1.2)]


def test_the_preemptive_calls_of_livekit_have_parts_too():
    waits = told(livekit("1.3.12", "preemptive_turn"))["waits"]
    assert waits
    assert all(wait["parts"] for wait in waits)


def test_what_the_recorder_lost_stands_among_the_facts():
    data = calls.everything()
    data["parley"]["recovered"] = True
    lost = told(data)["facts"]["lost"]
    assert [name for name, _ in lost] == ["the end", "journal"]
    assert lost[1][1].startswith("2 \N{MULTIPLICATION SIGN} a signal is not in the journal")


def test_what_is_lost_of_a_part_that_nobody_knows_is_told_too():
    data = calls.everything()
    data["parley"]["recorder"]["losses"] = {"newer": 3}
    assert told(data)["facts"]["lost"] == [["newer", "3 \N{MULTIPLICATION SIGN} lost"]]


def test_providers_switches_and_failures_are_told():
    facts = told(calls.everything())["facts"]
    assert facts["providers"][2] == ["tts", "elevenlabs, then cartesia"]
    assert facts["switches"] == [[6.95, "tts: elevenlabs → cartesia", "connection refused"]]
    assert facts["failures"] == [
        [6.9, "tts · elevenlabs · connection", "connection refused"],
    ]
    assert ["min_endpointing_delay", "0.2", True] in facts["options"]
    assert ["max_tool_steps", "3", False] in facts["options"]


def test_numbers_that_can_be_no_times_of_the_call_are_not_drawn():
    made = told(calls.hostile())
    assert made["seconds"] == 14
    places = [mark[end] for lane in made["lanes"] for mark in lane["marks"] for end in "ab"]
    assert all(0 <= place <= 14 for place in places)
    assert all(0 <= wait["e2e"] <= 3600 for wait in made["waits"])
    json.dumps(made, allow_nan=False)


def test_marks_are_in_the_order_in_which_they_begin():
    data = calls.everything()
    late = calls.tools(20.0, ("slow", "{}", "done", False, 7.0))
    data["events"].insert(-1, late)
    data["events"].append(calls.error("llm_error", "some.LLM", 3.0))  # the clock was set back
    for found in told(data)["lanes"]:
        begins = [mark["a"] for mark in found["marks"]]
        assert begins == sorted(begins), found["id"]


def test_one_event_with_a_damaged_time_squeezes_no_call():
    data = calls.everything()
    before = told(data)["seconds"]
    damaged = calls.state("agent", "listening", "speaking", -calls.BEGIN)  # the epoch itself
    made = told(data | {"events": [damaged, *data["events"]]})
    assert made["seconds"] == before
    assert all(0 <= line["jump"] <= before for line in made["lines"])
    assert all(0 <= m[end] <= before for la in made["lanes"] for m in la["marks"] for end in "ab")


def test_events_that_cannot_be_read_are_told_as_missing():
    data = calls.everything()
    data["parley"] = {}
    assert told(data)["facts"]["lost"] == []
    data["events"] += [{"type": "error"}, None, {"created_at": calls.BEGIN}]
    [[part, words]] = told(data)["facts"]["lost"]
    assert (part, words[:1]) == ("events", "3")


def test_a_report_without_events_is_a_page_too():
    made = told({"job_id": "j", "events": []})
    assert (made["seconds"], made["lines"]) == (0, [])


def test_the_span_begins_with_the_recording_if_that_was_first():
    data = calls.everything() | {"audio_recording_started_at": calls.BEGIN - 2}
    span = Span.of(View.of(data, logged(data).origin))
    assert span.begin == calls.BEGIN - 2
    data["audio_recording_started_at"] = 0.0
    assert Span.of(View.of(data, logged(data).origin)).begin == calls.BEGIN + 0.1
