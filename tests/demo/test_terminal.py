"""The views show a call from recorded events."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.demo.screen import DemoScreen
from bot.models import ModelProgress, ModelState
from bot.terminal import (
    Conversation,
    LiveView,
    LoadingView,
    TurnLatency,
    latency_table,
    turn_latencies,
)
from eventlog import dump
from eventlog.events import Close
from eventlog.signals import CloseReason

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"


def _recorded() -> list[dict[str, Any]]:
    entry = dump.parse((FIXTURES / "session_dump.txt").read_text(encoding="utf-8"))[0]
    return entry.report["events"]


def _of(name: str) -> list[dict[str, Any]]:
    report = json.loads((FIXTURES / "livekit" / "1.3.12" / f"{name}.json").read_text())
    return report["events"]


def _console(*, terminal: bool = False, width: int = 200) -> Console:
    return Console(
        file=io.StringIO(), record=True, width=width, force_terminal=terminal, highlight=False
    )


def _shown(events: list[dict[str, Any]], console: Console, *, plain: bool) -> str:
    last = events[-1]["created_at"]
    with LiveView(console, plain=plain, clock=lambda: last) as view:
        for event in events:
            view.take(event)
    return console.export_text()


def test_into_a_pipe_each_moment_of_the_dump_is_one_line() -> None:
    lines = _shown(_recorded(), _console(width=40), plain=False).splitlines()
    told = [event for event in _recorded() if event["type"] != "speech_created"]
    assert len(lines) == len(told)
    assert lines[0] == "00:00.0 agent  is listening"
    assert "00:02.5 agent  Connected and ready." in lines
    assert "00:21.6 user   heard so far: Like, I want to" in lines
    assert lines[-1] == "01:18.3 call   closed: user_initiated"


def test_interim_words_come_before_final_ones() -> None:
    text = _shown(_recorded(), _console(), plain=True)
    interim = text.index("heard so far: Like, I want to know about Python")
    final = text.index("heard: Like, I want to know about Python language.")
    assert interim < final < text.index("user   Like, I want to know about Python language.")


def test_an_answer_that_was_cut_off_is_marked() -> None:
    text = _shown(_recorded(), _console(), plain=True)
    cut = [line for line in text.splitlines() if line.endswith("[cut off]")]
    assert len(cut) == 1
    assert "macOS, [cut off]" in cut[0]
    assert "agent  stops speaking: the user speaks" in text


def test_a_false_interruption_is_told() -> None:
    text = _shown(_recorded(), _console(), plain=True)
    assert "agent  was cut off by mistake and goes on" in text


def test_a_terminal_keeps_only_what_was_said() -> None:
    """States and interim words are redrawn below; what scrolls up is the conversation."""
    console = _console(terminal=True)
    text = _shown(_recorded(), console, plain=False)
    assert "Great! How can I assist you today?" in text
    assert "closed: user_initiated" in text
    for line in text.splitlines():
        assert "heard so far" not in line
        assert "is speaking" not in line


def test_below_the_conversation_stand_both_sides_and_the_words_so_far() -> None:
    events = _recorded()
    stop = next(i for i, e in enumerate(events) if e.get("transcript") == "Like, I want to")
    console = _console(terminal=True)
    at = events[stop]["created_at"]
    with LiveView(console, clock=lambda: at) as view:
        for event in events[: stop + 1]:
            view.take(event)
        shown = console.file.getvalue()  # type: ignore[attr-defined]
        view._live.refresh()
        shown = console.file.getvalue()[len(shown) :]  # type: ignore[attr-defined]
    assert "speaking" in shown
    assert "listening" in shown
    assert "Like, I want to\u2026" in shown
    assert "00:21.6" in shown


def test_tools_and_their_failures_are_told() -> None:
    assert "tool " in _shown(_of("tool_call"), _console(), plain=True)
    assert "failed: " in _shown(_of("tool_error"), _console(), plain=True)


def test_words_of_strangers_cannot_drive_the_terminal() -> None:
    events = _recorded()
    item = next(e["item"] for e in events if e["type"] == "conversation_item_added")
    item["content"] = ["\x1b[2Jgone [bold]not bold[/bold]"]
    text = _shown(events, _console(), plain=True)
    assert "\\u001b[2Jgone [bold]not bold[/bold]" in text


def test_what_the_log_does_not_know_can_be_told_beside_it() -> None:
    console = _console()
    with LiveView(console, clock=lambda: 3.0) as view:
        view.take({"type": "close", "reason": "user_initiated", "error": None, "created_at": 1.0})
        view.tell("caller", "says: Okay.")
    assert console.export_text().splitlines()[-1] == "00:02.0 caller says: Okay."


def test_the_words_so_far_span_the_segments_of_a_turn_and_end_with_it() -> None:
    call = Conversation()

    def heard(text: str, final: bool) -> Mapping[str, Any]:
        return {
            "type": "user_input_transcribed",
            "transcript": text,
            "is_final": final,
            "created_at": 0.0,
        }

    call.take(heard("Like", True))
    call.take(heard("I want", False))
    assert call.hearing == "Like I want"
    call.take(
        {
            "type": "conversation_item_added",
            "item": {"role": "user", "content": ["Like I want"]},
            "created_at": 1.0,
        }
    )
    assert call.hearing == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_the_loading_of_each_model_is_shown_to_its_end(terminal: bool) -> None:
    console = _console(terminal=terminal)
    with LoadingView(console) as view:
        view(ModelProgress("speech recogniser", ModelState.LOADING, 0.0))
        view(ModelProgress("speech recogniser", ModelState.READY, 1.23))
        view(ModelProgress("language model", ModelState.LOADING, 0.0))
        view(ModelProgress("language model", ModelState.FAILED, 0.5, "the file is not there"))
    text = console.export_text()
    assert "speech recogniser" in text
    assert "language model cannot be loaded: the file is not there" in text


def test_into_a_pipe_a_model_is_one_line_when_it_is_ready() -> None:
    console = _console()
    with LoadingView(console) as view:
        view(ModelProgress("voice", ModelState.LOADING, 0.0))
        view(ModelProgress("voice", ModelState.READY, 1.23))
    assert console.export_text() == "loaded voice in 1.2 s\n"


def _report(parts: list[tuple[str, float]], e2e: float, item_e2e: float) -> dict[str, Any]:
    return {
        "chat_history": {
            "items": [
                {"id": "u", "role": "user", "content": ["What is Python?"]},
                {
                    "id": "a",
                    "role": "assistant",
                    "content": ["A"],
                    "interrupted": True,
                    "metrics": {"e2e_latency": item_e2e},
                },
            ]
        },
        "parley": {
            "turns": [
                {
                    "user_item": "u",
                    "assistant_item": "a",
                    "e2e_latency": e2e,
                    "parts": [{"name": name, "seconds": seconds} for name, seconds in parts],
                }
            ]
        },
    }


PARTS = [("transcription", 0.5), ("endpointing", 0.1), ("llm", 0.2), ("tools", 1.0), ("llm", 0.3)]


def test_the_parts_of_a_turn_are_read_in_their_order_and_added_by_name() -> None:
    (turn,) = turn_latencies(_report(PARTS, 2.1, 2.1))
    assert list(turn.parts) == ["transcription", "endpointing", "llm", "tools"]
    assert turn.parts["llm"] == pytest.approx(0.5)
    assert turn == TurnLatency("What is Python?", turn.parts, 2.1, 2.1, interrupted=True)
    assert turn.adds_up


@pytest.mark.parametrize(("e2e", "item"), [(2.2, 2.2), (2.1, 2.2)])
def test_parts_that_do_not_make_the_whole_are_marked(e2e: float, item: float) -> None:
    turns = turn_latencies(_report(PARTS, e2e, item))
    assert not turns[0].adds_up
    console = _console()
    console.print(latency_table(turns))
    assert "please report this" in console.export_text()


def test_the_table_fits_into_eighty_columns_with_every_number_whole() -> None:
    names = ("transcription", "endpointing", "hook", "scheduling", "llm", "tts", "playback")
    parts = dict.fromkeys(names, 1.234)
    console = _console(width=80)
    turn = TurnLatency("Like I want to know about Python language.", parts, 7 * 1.234)
    console.print(latency_table([turn], console.width))
    heading, numbers = console.export_text().splitlines()[-2:]
    assert heading.split()[-8:] == [*names, "e2e"]
    assert numbers.split()[-8:] == ["1234"] * 7 + ["8638"]
    assert numbers.startswith("Like I")


def test_a_report_of_another_writer_has_no_parts() -> None:
    report = json.loads((FIXTURES / "livekit" / "1.3.12" / "plain_turn.json").read_text())
    assert turn_latencies(report) == []


def test_the_views_know_nothing_of_the_pipeline() -> None:
    code = "import sys, bot.terminal; sys.exit('pipecat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_demo_shows_first_the_models_and_then_the_call() -> None:
    console = _console(terminal=True)
    with DemoScreen(console) as screen:
        screen.load(ModelProgress("voice", ModelState.LOADING, 0.0))
        screen.load(ModelProgress("voice", ModelState.READY, 1.0))
        screen.begin()
        screen.says("Okay.")
        screen.take(Close(reason=CloseReason.TASK_COMPLETED, created_at=1.0))
    shown = console.export_text()
    assert shown.index("voice") < shown.index("says: Okay.") < shown.index("task_completed")
