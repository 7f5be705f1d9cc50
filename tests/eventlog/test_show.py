"""The transcript: what a person sees of a report."""

import io
import re
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from eventlog.moments import clock
from eventlog.plaintext import clean
from eventlog.reader import read
from eventlog.show import render
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped, livekit, logged, ours
from tests.eventlog.test_checker import damaged


def shown(data, *, terminal=False):
    out = io.StringIO()
    render(logged(data), Console(file=out, force_terminal=terminal, width=100), zone=UTC)
    return out.getvalue()


def line_at(text, time):
    return next(line for line in text.splitlines() if line.startswith(time))


def test_the_header_says_where_when_how_long_and_how_it_ended():
    assert shown(dumped()).splitlines()[:4] == [
        "room      playground-KNDB-0lWZ, job AJ_r4vi52EqoUt8",
        "when      2026-02-08 07:47:46 +0000, 01:18.292 long",
        "closed    user_initiated",
        "options   preemptive_generation=true",
    ]


def test_a_message_stands_at_its_time_with_what_it_waited_for():
    line = line_at(shown(dumped()), "00:17.798 agent")
    assert line.startswith("00:17.798 agent Great! How can I assist you today?  (heard for 3.730 s")
    assert "transcription 0.615 · endpointing 0.618 · llm ttft 4.512" in line
    assert "tts ttfb 0.680 · e2e 5.813)" in line


def test_an_interrupted_message_is_marked_as_cut_off():
    assert "runs on Windows, macOS, [cut off]" in line_at(shown(dumped()), "01:03.448")


def test_pauses_and_false_interruptions_are_told():
    text = shown(dumped())
    assert "stops thinking: the user speaks" in line_at(text, "00:09.525")
    assert "false interruption, it goes on" in line_at(text, "00:11.897")
    assert "stops speaking: the user speaks" in line_at(text, "01:01.703")


def test_tools_are_told_with_arguments_and_results():
    assert 'get_weather({"location":"Tokyo"}) -> The weather in Tokyo is sunny today.' in shown(
        livekit("1.3.12", "tool_call")
    )
    assert "fail({}) -> failed: An internal error occurred" in shown(
        livekit("1.3.12", "tool_error")
    )


def test_errors_are_told():
    report = dumped()
    failure = {"type": "tts_error", "timestamp": 1, "label": "elevenlabs", "recoverable": False}
    at = report["events"][-1]["created_at"]
    report["events"][-1].update(reason="error", error=failure)
    moment = {"type": "error", "error": failure, "source": "x", "created_at": at}
    report["events"].insert(-1, moment)
    text = shown(report)
    assert "error tts_error elevenlabs, not recoverable" in text
    assert "closed    error tts_error elevenlabs" in text
    assert "errors: 1" in text


def test_the_summary_counts_messages_and_gives_the_latency():
    lines = shown(dumped()).splitlines()[-3:]
    assert lines == [
        "messages       3 from the user, 4 from the agent, 1 cut off",
        "e2e latency    median 3.963 s, max 5.813 s, 3 replies",
        "also           false interruptions: 1",
    ]


def test_our_reports_also_show_who_provides():
    assert "providers stt: moonshine tiny-en, config: local" in shown(ours())


@pytest.mark.parametrize("version", ["1.3.12", "1.8.9"])
def test_a_handoff_is_told_once_and_before_the_new_agent_speaks(version):
    text = shown(livekit(version, "handoff"))
    assert text.count("call  handed to billing") == 1
    assert text.index("transfer(") < text.index("handed to billing") < text.index("Billing here.")


def test_in_a_pipe_each_moment_is_one_line_without_colour():
    text = shown(dumped())
    assert "\x1b" not in text
    assert len(re.findall(r"(?m)^\d\d:\d\d\.\d\d\d ", text)) == len(dumped()["events"])


def test_a_terminal_gets_colour_and_wrapped_lines():
    text = shown(dumped(), terminal=True)
    assert "\x1b[1;36muser" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert all(len(line) <= 100 for line in plain.splitlines())


HOSTILE = (
    "[red]x[/red] :smile: \x1b[2J\x1b]0;title\x07 \u202egnp.exe \u2066a\u2069 \x9b1m \ud800 \x7f"
)


@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_of_a_log_works_on_the_terminal(terminal):
    report = ours()
    report["room"] = HOSTILE
    report["job_id"] = HOSTILE
    report["parley"]["providers"] = {HOSTILE: {"provider": HOSTILE}}
    report["parley"]["close_detail"] = {HOSTILE: HOSTILE}
    report["options"]["max_tool_steps"] = HOSTILE
    for event in report["events"]:
        for key, value in list(event.items()):
            if isinstance(value, str) and key != "type":
                event[key] = HOSTILE
    report["events"].append({"type": HOSTILE, "created_at": report["events"][-1]["created_at"]})
    text = shown(report, terminal=terminal)
    styled = re.sub(r"\x1b\[[0-9;]*m", "", text) if terminal else text
    assert all(character.isprintable() or character in "\n" for character in styled)
    assert "[red]x[/red] :smile:" in styled
    text.encode("utf-8")


def test_words_keep_their_joiners_spaces_and_emoji():
    text = "नमस्\u200cते 👩\u200d💻 Guido\u202fvan\u202fRossum"
    assert clean(text) == "नमस्\u200cते 👩\u200d💻 Guido van Rossum"


@settings(deadline=None)
@given(st.text())
def test_cleaned_text_is_printable_and_one_line(text):
    assert all(character.isprintable() or character in "\u200c\u200d" for character in clean(text))


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_every_real_report_can_be_shown(path):
    for report in read(path):
        assert "messages" in shown(report.data)


@settings(deadline=None)
@given(damaged())
def test_a_damaged_report_can_still_be_shown(report):
    if isinstance(report, dict):
        assert shown(report).startswith("room")


@pytest.mark.parametrize("name", [{}, [None], 7, None])
def test_a_message_whose_id_is_no_text_is_shown(name):
    report = dumped()
    for event in report["events"]:
        if event["type"] == "conversation_item_added":
            event["item"]["id"] = name
    assert "closed: user_initiated" in shown(report)


def test_what_stands_before_the_begin_has_a_minus():
    """The clock of a call that is watched was set back, for example."""
    assert [clock(at) for at in (-61.5, -0.0001, 61.5)] == ["-01:01.500", "00:00.000", "01:01.500"]


def test_a_report_of_nothing_is_shown_as_that():
    text = shown({"job_id": 1, "events": []})
    assert "unknown: the log has no events" in text
    assert "never: the log has no close event" in text


def test_a_report_of_somebody_elses_bot_says_so_and_leaves_out_what_is_not_known():
    report = ours()
    assert "attached" not in shown(report)
    report["parley"]["attached"] = True
    report["options"]["max_tool_steps"] = None
    assert line_at(shown(report), "attached").endswith("which only recorded it")
    assert "max_tool_steps" not in shown(report)
