"""A call as exchanges and as runs of tools."""

import pytest

from eventlog.export.exchanges import exchanges
from eventlog.export.tool_runs import CANCELLED, tool_runs
from eventlog.reader import origin_of, read
from eventlog.recorder.tools import CANCELLED as WRITTEN
from eventlog.timeline.span import Span
from eventlog.view import View
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped, livekit, ours


def seen(data):
    return View.of(data, origin_of(data))


def found_in(data):
    view = seen(data)
    return exchanges(view, Span.of(view))


def words(exchange):
    return tuple(side and side.text[:12] for side in (exchange.user, exchange.reply))


def test_each_turn_of_the_dump_stands_with_its_answer():
    assert [words(exchange) for exchange in found_in(dumped())] == [
        (None, "Connected an"),
        ("Okay.", "Great! How c"),
        ("Like, I want", "Sure! Here\u2019s"),
        ("Ok, ok, that", "Got it! If y"),
    ]


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_every_message_is_in_one_exchange_and_every_latency_is_the_sum_of_its_parts(path):
    for report in read(path):
        view = seen(report.data)
        found = exchanges(view, Span.of(view))
        sides = [side for e in found for side in (e.user, e.reply) if side is not None]
        assert sorted(side.event.index for side in sides) == sorted(
            message.event.index for message in view.messages
        )
        for exchange in found:
            told = sum(seconds for _, seconds in exchange.parts)
            assert told == pytest.approx(exchange.latency or 0.0, abs=1e-9)


def test_a_reply_stands_with_the_turn_that_our_report_names():
    report = drawn.everything()
    report["parley"]["turns"][0]["user_item"] = "u2"
    answered = {e.user.id: e.reply.id for e in found_in(report) if e.user and e.reply}
    assert answered["u2"] == "a1"
    [told] = [e for e in found_in(report) if e.reply is not None and e.reply.id == "a1"]
    assert told.providers == {"stt": "deepgram", "llm": "openai", "tts": "cartesia"}
    assert ("tools", 0.9) in told.parts


def test_of_two_replies_to_a_turn_the_one_with_a_latency_stands_with_it():
    found = found_in(livekit("1.3.12", "tool_preamble"))
    assert [(bool(e.user), e.latency is not None) for e in found if e.reply] == [
        (True, True),
        (False, False),
    ]


def test_a_tool_ran_from_its_call_to_its_output():
    [run] = tool_runs(seen(livekit("1.8.9", "tool_call")))
    assert (run.name, run.call_id, run.output) == (
        "get_weather",
        "call_1",
        "The weather in Tokyo is sunny today.",
    )
    assert run.named_arguments == {"location": "Tokyo"}
    assert (run.started, run.ended) == (1795334083.5754225, 1795334083.7830172)
    assert not run.failed


@pytest.mark.parametrize(
    ("written", "named"),
    [("", {}), ("[1]", {"arguments": [1]}), ("{", {"arguments": "{"}), ('{"a": 1}', {"a": 1})],
)
def test_arguments_of_any_kind_get_names(written, named):
    events = [drawn.tools(1.0, ("look", written, "found", False, 0.5)), drawn.close(2.0)]
    [run] = tool_runs(seen(drawn.report(events)))
    assert run.named_arguments == named


def test_a_call_that_was_called_off_is_known_by_the_words_that_the_recorder_writes():
    assert CANCELLED == WRITTEN
    events = [drawn.tools(1.0, ("look", "{}", WRITTEN, True, 0.5)), drawn.close(2.0)]
    [run] = tool_runs(seen(drawn.report(events)))
    assert run.cancelled


def test_ours_and_hostile_ones_are_taken_apart_too():
    assert [words(exchange) for exchange in found_in(ours())]
    assert len(found_in(drawn.hostile())) >= 5
