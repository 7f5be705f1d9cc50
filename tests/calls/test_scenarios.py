"""The calls that LiveKit played, played by us: the same script, the same story in the log.

They are played in virtual time: what is compared is who does what after what, and a machine that is
busy elsewhere must not change that. `test_pausing.py` and its like play in real time, and measure
the audio.
"""

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from bot.session import SessionReport
from eventlog.checker import check
from eventlog.reader import read
from tests.calls import virtual_time
from tests.calls.playing import play, sequence
from tests.scripted.scenario import FURTHER, load, names

REFERENCES = Path(__file__).parent.parent / "fixtures" / "livekit" / "1.3.12"
ALL = [*names(), *names(FURTHER)]
PAGE = Path(__file__).parents[2] / "docs" / "livekit.md"

# Where our story differs, and only there: `-` LiveKit's events, `+` ours. The page says why.
DIFFERENT = {
    "close_while_paused": ["- false interruption, not resumed"],
    "tool_preamble_slow": [
        "- agent speaking > listening",
        "+ agent speaking > thinking",
        "- agent listening > thinking",
    ],
    "tool_interrupted": [
        "+ agent thinking > listening",
        "+ tools: get_weather failed",
        "- tools: get_weather",
        "- agent thinking > listening",
    ],
    "tool_preamble_interrupted": ["+ tools: get_weather failed"],
    "false_interruption_thinking_slow": [
        "- agent listening > speaking",
        "+ agent listening > thinking",
        "+ agent thinking > speaking",
    ],
    "llm_error_retried": [
        "- agent thinking > speaking",
        "+ agent thinking > listening",
        "- item: assistant",
        "- agent speaking > listening",
    ],
    "handoff": ["- tools: transfer", "+ tools: hand_off_to_billing"],
    "away_text_input": ["+ user away > listening", "+ user listening > away"],
}

Played = dict[str, SessionReport]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All scenarios, one after the other."""
    folder = tmp_path_factory.mktemp("sessions")
    log = {"directory": str(folder), "audio": False}
    return {name: virtual_time.run(play(name, folder, log=log))[0] for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_the_log_tells_the_same_story_as_livekits(played: Played, name: str) -> None:
    reference = json.loads((REFERENCES / f"{name}.json").read_text())
    lines = difflib.ndiff(story(reference), story(played[name].data))
    assert [line for line in lines if line[0] in "+-"] == DIFFERENT.get(name, [])


@pytest.mark.parametrize("name", ALL)
def test_every_report_passes_the_checker(played: Played, name: str) -> None:
    assert [str(finding) for report in read(played[name].path) for finding in check(report)] == []


@pytest.mark.parametrize("name", ALL)
def test_nothing_of_a_call_was_lost_by_its_log(played: Played, name: str) -> None:
    assert played[name].data["parley"]["recorder"]["losses"] == {}


@pytest.mark.conformance
def test_livekits_own_models_read_every_report(played: Played) -> None:
    from tests.conformance.livekit import judge

    assert judge([report.data for report in played.values()]) == []


def test_the_parts_of_each_turns_latency_sum_to_what_the_user_waited(played: Played) -> None:
    turns = [turn for report in played.values() for turn in report.data["parley"]["turns"]]
    assert len(turns) > len(ALL) / 2
    for turn in turns:
        assert sum(part["seconds"] for part in turn["parts"]) == pytest.approx(
            turn["e2e_latency"], abs=1e-6
        )


def test_a_barge_in_cuts_the_item_to_the_words_that_were_played(played: Played) -> None:
    items = played["interruption"].data["chat_history"]["items"]
    cut = next(item for item in items if item.get("interrupted"))
    said = cut["content"][0]
    whole = load("interruption").raw["llm"][0]["content"]
    assert whole.startswith(said)
    # Twelve seconds of speech, spread over the text by its characters: the last word in the log had
    # begun to be heard, the one after it had not.
    heard = cut["metrics"]["stopped_speaking_at"] - cut["metrics"]["started_speaking_at"]
    per_character = 12 / len(whole)
    assert said.rindex(" ") * per_character <= heard + 0.1
    assert (len(said) + 1) * per_character >= heard - 0.1


def test_the_history_of_a_hand_off_is_livekits(played: Played) -> None:
    reference = json.loads((REFERENCES / "handoff.json").read_text())
    histories = [report["chat_history"]["items"] for report in (reference, played["handoff"].data)]
    theirs, ours = ([_without_times(item) for item in history] for history in histories)
    for item in theirs:
        if "name" in item:
            item["name"] = "hand_off_to_billing"
    assert ours == theirs


def _without_times(item: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in item.items() if key not in ("id", "created_at")}
    # How sure the STT was is the scripted one's own affair.
    kept.pop("transcript_confidence", None)
    return {**kept, "metrics": sorted(item["metrics"])} if "metrics" in item else kept


def test_the_page_explains_every_difference_and_no_other() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    explained = {row.split("`")[1] for row in rows}
    assert explained & set(ALL) == set(DIFFERENT)


def story(report: dict[str, Any]) -> list[str]:
    """The normalised sequence of a report's events as lines."""
    return [_line(event) for event in sequence(report)]


def _line(event: tuple[Any, ...]) -> str:
    match event:
        case ("agent_state_changed" | "user_state_changed" as kind, old, new):
            return f"{kind.split('_')[0]} {old} > {new}"
        case ("user_input_transcribed", text, final):
            return f"{'final' if final else 'interim'}: {text}"
        case ("speech_created", source, initiated):
            return f"speech: {source}{'' if initiated else ', of its own'}"
        case ("conversation_item_added", role, _, interrupted):
            return f"item: {role}{' (cut)' if interrupted else ''}"
        case ("agent_false_interruption", resumed):
            return f"false interruption, {'resumed' if resumed else 'not resumed'}"
        case ("function_tools_executed", *told):
            calls, failed = told[: len(told) // 2], told[len(told) // 2 :]
            pairs = zip(calls, failed, strict=True)
            return "tools: " + ", ".join(f"{c}{' failed' if f else ''}" for c, f in pairs)
        case ("close", reason):
            return f"close: {reason}"
        case _:
            return str(event[0])
