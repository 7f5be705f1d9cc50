"""The scenarios that LiveKit played, played by us: the same script, the same story in the log."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from eventlog.checker import check
from eventlog.reader import read
from tests.calls.playing import play, sequence
from tests.scripted.scenario import load

REFERENCES = Path(__file__).parent.parent / "fixtures" / "livekit" / "1.3.12"
SAME = ("plain_turn", "greeting_say", "tool_call", "tool_error", "user_away")
ALL = (*SAME, "interruption")

Played = dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All scenarios, played side by side: they are real time, and mostly waiting."""
    directory = tmp_path_factory.mktemp("sessions")
    tools = ["tests.calls.tools:get_weather", "tests.calls.tools:fail"]

    async def all_of_them() -> Played:
        results = await asyncio.gather(*(play(name, directory, tools=tools) for name in ALL))
        return dict(zip(ALL, results, strict=True))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("name", SAME)
def test_the_log_tells_the_same_story_as_livekits(played: Played, name: str) -> None:
    reference = json.loads((REFERENCES / f"{name}.json").read_text())
    assert sequence(played[name][0].data) == sequence(reference)


@pytest.mark.parametrize("name", ALL)
def test_every_report_passes_the_checker(played: Played, name: str) -> None:
    reports = read(played[name][0].path)
    assert [str(finding) for report in reports for finding in check(report)] == []


@pytest.mark.parametrize("name", ALL)
def test_nothing_of_a_call_was_lost_by_its_log(played: Played, name: str) -> None:
    assert played[name][0].data["parley"]["recorder"]["losses"] == {}


@pytest.mark.conformance
def test_livekits_own_models_read_every_report(played: Played) -> None:
    from tests.conformance.livekit import judge

    assert judge([played[name][0].data for name in ALL]) == []


def test_the_parts_of_each_turns_latency_sum_to_what_the_user_waited(played: Played) -> None:
    turns = [turn for name in ALL for turn in played[name][0].data["parley"]["turns"]]
    assert len(turns) >= len(ALL)
    for turn in turns:
        assert sum(part["seconds"] for part in turn["parts"]) == pytest.approx(
            turn["e2e_latency"], abs=1e-6
        )


def test_a_barge_in_cuts_the_item_to_the_words_that_were_played(played: Played) -> None:
    report, _transport = played["interruption"]
    items = report.data["chat_history"]["items"]
    cut = next(item for item in items if item.get("interrupted"))
    said = cut["content"][0]
    whole = load("interruption").raw["llm"][0]["content"]
    assert whole.startswith(said)
    # Twelve seconds of speech, spread over the text by its characters: the last word in the log had
    # begun to be heard, the one after it had not.
    heard = cut["metrics"]["stopped_speaking_at"] - cut["metrics"]["started_speaking_at"]
    per_character = 12 / len(whole)
    assert said.rindex(" ") * per_character <= heard + 0.15
    assert (len(said) + 1) * per_character >= heard - 0.15
