"""A call as a trace: whether it keeps Chrome's trace-event format, and what it says."""

import json
from collections import defaultdict

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.export.trace import render
from eventlog.reader import read
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dump_text, dumped, ours


def run(*args):
    return CliRunner().invoke(app, ["export", "trace", *(str(arg) for arg in args)])


def traced(data):
    return json.loads(render(drawn.logged(data)))


def hold_to_the_format(trace):
    """What the format asks of a trace of metadata, complete events and instants."""
    assert isinstance(trace["traceEvents"], list)
    threads, processes, stacks = {}, {}, defaultdict(list)
    for event in trace["traceEvents"]:
        assert event["ph"] in ("M", "X", "i")
        assert type(event["pid"]) is int
        assert type(event["tid"]) is int
        assert isinstance(event["name"], str)
        assert event["name"]
        if event["ph"] == "M":
            names = {"process_name": processes, "thread_name": threads}.get(event["name"], {})
            names[event["pid"], event["tid"]] = event["args"].get("name")
            continue
        assert type(event["ts"]) is int
        assert event["ts"] >= 0
        assert isinstance(event["cat"], str)
        assert (event["pid"], event["tid"]) in threads
        stack = stacks[event["pid"], event["tid"]]
        while stack and stack[-1][1] <= event["ts"]:
            stack.pop()
        if event["ph"] == "i":
            assert event["s"] == "t"
            continue
        assert type(event["dur"]) is int
        assert event["dur"] >= 0
        end = event["ts"] + event["dur"]
        assert not stack or (stack[-1][0] <= event["ts"] and end <= stack[-1][1]), event
        stack.append((event["ts"], end))
    assert [pid for pid, _ in processes] == [1]
    assert len(set(threads.values())) == len(threads)


def lane(trace, name):
    [thread] = [
        event["tid"]
        for event in trace["traceEvents"]
        if event["name"] == "thread_name" and event["args"]["name"] == name
    ]
    return [e for e in trace["traceEvents"] if e["tid"] == thread and e["ph"] != "M"]


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_the_trace_of_a_real_call_keeps_the_format_and_its_latencies(path):
    for report in read(path):
        trace = json.loads(render(report))
        hold_to_the_format(trace)
        waited = [
            event["item"]["metrics"]["e2e_latency"]
            for event in report.data["events"]
            if "e2e_latency" in event.get("item", {}).get("metrics", {})
        ]
        told = [event for event in lane(trace, "Latency") if event["name"] == "e2e latency"]
        assert sorted(event["args"]["seconds"] for event in told) == sorted(waited)
        for event in told:
            assert event["dur"] == pytest.approx(event["args"]["seconds"] * 1e6, abs=1)
            inside = [
                other
                for other in lane(trace, "Latency")
                if other is not event
                and event["ts"] <= other["ts"]
                and other["ts"] + other["dur"] <= event["ts"] + event["dur"]
            ]
            assert sum(part["dur"] for part in inside) == event["dur"]


@pytest.mark.parametrize("data", [drawn.everything(), drawn.hostile(), drawn.an_hour(), ours()])
def test_the_trace_of_a_drawn_call_keeps_the_format(data):
    hold_to_the_format(traced(data))


def test_states_and_speech_are_stretches_at_their_times():
    trace = traced(drawn.everything())
    begin = trace["otherData"]["began_at"]
    assert begin == drawn.BEGIN + 0.1
    speaking = [event for event in lane(trace, "Agent") if event["name"] == "speaking"]
    assert (speaking[0]["ts"], speaking[0]["dur"]) == (900_000, 1_600_000)
    [cut] = [event for event in lane(trace, "Agent speech") if event["cat"] == "cut"]
    assert (cut["ts"], cut["ts"] + cut["dur"]) == (8_500_000, 17_500_000)
    assert cut["args"]["text"].startswith("It rains in Bergen")


def test_transcripts_interruptions_and_errors_are_instants():
    trace = traced(drawn.everything())
    assert [(e["ts"], e["name"]) for e in lane(trace, "Transcript")] == [
        (6_300_000, "What is the weather in Bergen?"),
        (18_300_000, "Thank you."),
    ]
    for name, at in (
        ("Interruptions", 17_500_000),
        ("Errors", 6_900_000),
        ("Providers", 6_950_000),
    ):
        [event] = lane(trace, name)
        assert (event["ph"], event["ts"]) == ("i", at)


def test_the_parts_are_those_of_our_report_in_their_order():
    trace = traced(drawn.everything())
    parts = [(e["name"], e["dur"]) for e in lane(trace, "Latency")[:8]]
    assert parts == [
        ("e2e latency", 2_600_000),
        ("transcription", 400_000),
        ("endpointing", 220_000),
        ("llm", 500_000),
        ("tools", 900_000),
        ("llm", 300_000),
        ("tts", 250_000),
        ("playback", 30_000),
    ]


def test_tools_that_cross_each_other_are_on_threads_of_their_own():
    events = [
        drawn.state("agent", "initializing", "listening", 0.0),
        drawn.tools(3.0, ("a", "{}", "", False, 1.0)),
        drawn.tools(4.0, ("b", "{}", "", False, 2.0)),
        drawn.tools(9.0, ("c", "{}", "", False, 8.0)),
        drawn.close(10.0),
    ]
    trace = traced(drawn.report(events))
    hold_to_the_format(trace)
    assert [event["name"][0] for event in lane(trace, "Tools")] == ["a", "c"]
    assert [event["name"][0] for event in lane(trace, "Tools 2")] == ["b"]


def test_the_trace_of_a_session_lies_in_its_folder_and_is_private(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(ours()))
    done = run(tmp_path)
    assert (done.exit_code, done.stderr) == (0, "")
    page = tmp_path / "call.trace.json"
    assert done.stdout == f"{page}: {-(-page.stat().st_size // 1000)} kB\n"
    assert page.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call.trace.json", "report.json"]


def test_a_dash_prints_it_and_the_index_picks_one_of_several(tmp_path):
    file = tmp_path / "calls.jsonl"
    file.write_text("\n".join(json.dumps(dumped() | {"job_id": f"job-{n}"}) for n in range(3)))
    last, first = run(file, "-o", "-"), run(file, "-o", "-", "--index", 0)
    assert json.loads(last.stdout)["otherData"]["job_id"] == "job-2"
    assert json.loads(first.stdout)["otherData"]["job_id"] == "job-0"
    assert run(file, "--index", 0).exit_code == 0
    assert (tmp_path / "calls.0.trace.json").exists()
    assert run(file, "--index", 3).exit_code == 2


def test_what_cannot_be_read_is_exit_code_2_and_a_place_that_cannot_be_written_1(tmp_path):
    file = tmp_path / "cut.txt"
    file.write_text(dump_text() + dump_text()[:900])
    assert run(file, "-o", tmp_path / "x.json").exit_code == 2
    assert (tmp_path / "x.json").exists()
    assert run(tmp_path / "missing", "-o", tmp_path / "y.json").exit_code == 2
    assert not (tmp_path / "y.json").exists()
    done = run(DUMP_FILE, "-o", tmp_path / "no folder" / "z.json")
    assert done.exit_code == 1
    assert "no such file or directory; -o names another file" in done.stderr
