"""Calls as OpenTelemetry traces, as a collector gets them."""

import json

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.export import genai
from eventlog.export.spans import spans
from eventlog.reader import origin_of, read
from eventlog.view import View
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.export.collector import attributes
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, livekit
from tests.eventlog.stats.many import ALL, raw_items

BEGIN = round(drawn.BEGIN * 1e6) * 1000


def run(*args):
    return CliRunner().invoke(app, ["export", "otlp", *(str(arg) for arg in args)])


def file_of(folder, data):
    path = folder / "report.json"
    path.write_text(json.dumps(data))
    return path


def named(found, name):
    return [span for span in found if span.name == name]


def at(seconds):
    return BEGIN + round(seconds * 1e6) * 1000


def times(span):
    return span.start_time_unix_nano, span.end_time_unix_nano


def test_a_call_is_a_trace_of_a_conversation_its_turns_and_who_worked_on_them(collector, tmp_path):
    done = run(file_of(tmp_path, drawn.everything()), "--endpoint", collector.url)
    assert (done.exit_code, done.stderr) == (0, "")
    found = collector.spans
    assert done.stdout == f"1 call, {len(found)} spans sent to {collector.url}/v1/traces\n"
    assert collector.paths == ["/v1/traces"]
    assert len({span.trace_id for span in found}) == 1
    assert len({span.span_id for span in found}) == len(found)
    [root] = [span for span in found if not span.parent_span_id]
    assert (root.name, times(root)) == ("conversation", (at(0.1), at(30.0)))
    turns = named(found, "invoke_agent")
    assert {turn.parent_span_id for turn in turns} == {root.span_id}
    stages = [span for span in found if span not in (root, *turns)]
    assert {span.parent_span_id for span in stages} <= {turn.span_id for turn in turns}
    asked = {span.name: times(span) for span in stages if span.parent_span_id == turns[1].span_id}
    assert asked == {
        "speech_to_text nova-3": (at(4.0), at(6.4)),
        "chat gpt-4.1": (at(7.82), at(8.32)),
        "text_to_speech": (at(8.32), at(8.57)),
        "execute_tool get_weather": (at(7.1), at(8.0)),
        "execute_tool get_wind": (at(7.2), at(8.0)),
    }
    assert times(named(stages, "chat gpt-4.1")[0]) == (at(6.62), at(7.12))


def test_the_attributes_are_those_of_the_conventions(collector, tmp_path):
    usage = [
        {"type": "llm_usage", "provider": "openai", "input_tokens": 70, "output_tokens": 9},
        {"type": "llm_usage", "provider": "groq", "input_tokens": 30, "input_cached_tokens": 5},
    ]
    report = drawn.everything() | {"usage": usage, "agent_name": "ann"}
    run(file_of(tmp_path, report), "--endpoint", collector.url)
    found = collector.spans
    [root] = named(found, "conversation")
    assert attributes(root) == {
        "gen_ai.conversation.id": "job",
        "gen_ai.agent.name": "ann",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 5,
        "parley.close.reason": "user_initiated",
        "parley.origin": "parley",
        "parley.room": "demo-room",
    }
    chat = named(found, "chat gpt-4.1")[1]
    assert chat.kind == Span.SPAN_KIND_CLIENT
    assert attributes(chat) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.conversation.id": "job",
        "gen_ai.response.time_to_first_chunk": 0.5,
    }
    [weather] = named(found, "execute_tool get_weather")
    [wind] = named(found, "execute_tool get_wind")
    assert attributes(weather)["gen_ai.tool.name"] == "get_weather"
    assert weather.status.code == Status.STATUS_CODE_UNSET
    assert (wind.status.code, attributes(wind)["error.type"]) == (
        Status.STATUS_CODE_ERROR,
        "_OTHER",
    )
    turn = attributes(named(found, "invoke_agent ann")[1])
    assert turn["parley.interrupted"] is True
    parts = [value for name, value in turn.items() if name.startswith("parley.latency.")]
    assert sum(parts) == pytest.approx(turn["parley.e2e_latency"])
    assert [(event.name, event.time_unix_nano) for event in root.events] == [
        ("exception", at(7.0)),
        ("parley.false_interruption", at(12.4)),
    ]
    [resource] = {
        r.resource.SerializeToString() for q in collector.requests for r in q.resource_spans
    }
    assert b"ann" in resource


def test_a_provider_that_took_over_is_named_without_the_model_of_the_one_that_failed(
    collector, tmp_path
):
    report = drawn.everything()
    report["parley"]["providers"]["tts"]["model"] = "eleven_v3"
    run(file_of(tmp_path, report), "--endpoint", collector.url)
    told = [attributes(span) for span in collector.spans if span.name.startswith("text_to_speech")]
    assert [(each["gen_ai.provider.name"], each.get("gen_ai.request.model")) for each in told] == [
        ("cartesia", None),
        ("elevenlabs", "eleven_v3"),
    ]


def test_what_was_said_goes_along_only_if_that_is_asked_for(collector, tmp_path):
    path = file_of(tmp_path, drawn.everything())
    run(path, "--endpoint", collector.url)
    sent = collector.requests.pop().SerializeToString()
    assert b"Bergen" not in sent
    assert b"rain" not in sent
    run(path, "--endpoint", collector.url, "--content")
    chat = attributes(named(collector.spans, "chat gpt-4.1")[1])
    assert json.loads(chat["gen_ai.input.messages"]) == [
        {
            "role": "user",
            "parts": [{"type": "text", "content": "What is the weather in Bergen?"}],
        }
    ]
    [answer] = json.loads(chat["gen_ai.output.messages"])
    assert answer["role"] == "assistant"
    assert answer["parts"][0]["content"].startswith("It rains in Bergen")
    tool = attributes(named(collector.spans, "execute_tool get_weather")[0])
    assert tool["gen_ai.tool.call.arguments"] == '{"city": "Bergen"}'
    assert tool["gen_ai.tool.call.result"] == "rain, 9"


def test_what_is_exported_again_has_the_same_ids(collector):
    for _ in range(2):
        assert run(DUMP_FILE, "--endpoint", collector.url).exit_code == 0
    first, again = collector.requests
    assert first == again


def test_every_call_is_a_trace_of_its_own_and_lies_within_itself(collector):
    done = run(*ALL, "--endpoint", collector.url)
    assert done.exit_code == 0
    assert len(collector.requests) == len(ALL)
    assert len({span.trace_id for span in collector.spans}) == len(ALL)
    for request in collector.requests:
        found = [s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]
        by_id = {span.span_id: span for span in found}
        for span in found:
            assert span.start_time_unix_nano <= span.end_time_unix_nano
            around = by_id.get(span.parent_span_id)
            if around is not None:
                assert around.start_time_unix_nano <= span.start_time_unix_nano
                assert span.end_time_unix_nano <= around.end_time_unix_nano


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_the_stages_of_a_real_call_are_as_long_as_its_metrics(path):
    for report in read(path):
        found = spans(View.of(report.data, report.origin))
        for role, metric, operation in (
            ("assistant", "llm_node_ttft", genai.CHAT),
            ("assistant", "tts_node_ttfb", genai.TEXT_TO_SPEECH),
        ):
            measured = sorted(
                item["metrics"][metric]
                for item in raw_items([report.data], role)
                if metric in item["metrics"] and "started_speaking_at" in item["metrics"]
            )
            told = sorted(
                span.end - span.begin
                for span in found
                if span.attributes.get(genai.OPERATION) == operation
            )
            assert told == pytest.approx(measured, abs=0.05)


def test_the_models_that_livekits_newer_line_names_are_told(collector, tmp_path):
    report = livekit("1.8.9", "plain_turn")
    for item in raw_items([report], "assistant"):
        if "llm_metadata" in item["metrics"]:
            item["metrics"]["llm_metadata"] = {"model_name": "m", "model_provider": "mistral"}
    run(file_of(tmp_path, report), "--endpoint", collector.url)
    [chat] = named(collector.spans, "chat m")
    assert attributes(chat)["gen_ai.provider.name"] == "mistral_ai"


def test_a_realtime_model_does_all_of_it_in_one_span(tmp_path):
    report = drawn.everything()
    report["parley"]["providers"] = {
        "realtime": {"provider": "openai-realtime", "model": "gpt-realtime"}
    }
    report["parley"]["turns"] = []
    found = spans(View.of(report, origin_of(report)))
    stages = [s for s in found if s.remote]
    assert {s.attributes[genai.OPERATION] for s in stages} == {"chat"}
    assert {s.attributes[genai.PROVIDER] for s in stages} == {"openai"}


def test_a_call_that_failed_is_marked(tmp_path):
    events = [drawn.state("agent", "initializing", "listening", 0.0)]
    detail = {"type": "llm_error", "timestamp": 1.0, "label": "x", "recoverable": False}
    events.append(drawn.close(2.0) | {"reason": "error", "error": detail})
    report = drawn.report(events)
    assert spans(View.of(report, origin_of(report)))[0].failed == "llm_error"


def test_tools_of_a_call_without_a_turn_belong_to_the_conversation():
    report = drawn.report([drawn.tools(3.0, ("a", "{}", "", False, 1.0)), drawn.close(4.0)])
    [root, tool] = spans(View.of(report, origin_of(report)))
    assert tool.parent == root.path
