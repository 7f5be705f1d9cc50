"""Several agents in one call: who has it, how it changes hands, and what the log has of that."""

from pathlib import Path
from typing import Any

import pytest

from tests.calls.handing_over import AGENTS, TO_BILLING, TO_DESK, Played, play

ASKS = (0.5, 2.0, "billing please")
QUICK = {"ttft": 0.1, "duration": 0.3}
HANDS_OVER = {"input": "billing please", "tool_calls": [TO_BILLING], **QUICK}
PREAMBLE = {**HANDS_OVER, "content": "One moment, I put you through."}
SHARED = "You are a friendly voice assistant."


def calls(played: Played) -> list[tuple[str, Any]]:
    """The tool items of the history."""
    return [
        (item["name"], item.get("output"))
        for item in played.history
        if item["type"].startswith("function_call")
    ]


def test_the_new_agent_greets_in_its_voice_and_answers_with_its_instructions_and_tools(
    tmp_path: Path,
) -> None:
    answers = [HANDS_OVER, {"input": "what do I owe", "content": "You owe ten euros.", **QUICK}]
    played = play(tmp_path, answers, ASKS, (5.0, 6.5, "what do I owe"))
    assert played.handoffs == [(None, "desk"), ("desk", "billing")]
    assert played.said == [
        ("user", "billing please"),
        ("assistant", "Billing here."),
        ("user", "what do I owe"),
        ("assistant", "You owe ten euros."),
    ]
    assert played.voices == [("Billing here.", "bob"), ("You owe ten euros.", "bob")]
    assert played.asked == ["desk", "billing"]
    assert [request.tools for request in played.requests] == [
        ["hand_off_to_billing"],
        ["get_weather", "hand_off_to_desk"],
    ]
    assert all(SHARED in str(r.messages[0]["content"]) for r in played.requests)
    assert calls(played) == [("hand_off_to_billing", None), ("hand_off_to_billing", "")]
    assert [turn["agent"] for turn in played.report.data["parley"]["turns"]] == ["billing"]


def test_the_conversation_goes_on_as_one(tmp_path: Path) -> None:
    answers = [HANDS_OVER, {"input": "what do I owe", "content": "Ten euros.", **QUICK}]
    played = play(tmp_path, answers, ASKS, (5.0, 6.5, "what do I owe"))
    roles = [message["role"] for message in played.requests[1].messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert played.requests[1].messages[4]["content"] == "Billing here."


def test_what_the_old_agent_says_before_is_heard_in_its_voice(tmp_path: Path) -> None:
    played = play(tmp_path, [PREAMBLE], ASKS)
    assert played.voices == [
        ("One moment, I put you through.", "alice"),
        ("Billing here.", "bob"),
    ]
    assert [text for role, text in played.said if role == "assistant"] == [
        "One moment, I put you through.",
        "Billing here.",
    ]
    kinds = [item["type"] for item in played.history]
    assert kinds.index("function_call_output") < kinds.index("agent_handoff", 1)
    assert [turn["agent"] for turn in played.report.data["parley"]["turns"]] == ["desk"]


def test_an_agent_without_a_greeting_answers_what_the_caller_wanted(tmp_path: Path) -> None:
    agents = {name: {**agent, "greeting": None} for name, agent in AGENTS.items()}
    answers = [HANDS_OVER, {"content": "Billing, you owe ten euros.", **QUICK}]
    played = play(tmp_path, answers, ASKS, agents=agents)
    assert played.asked == ["desk", "billing"]
    assert played.requests[1].tools == ["get_weather", "hand_off_to_desk"]
    assert played.said[-1] == ("assistant", "Billing, you owe ten euros.")
    sources = [e["source"] for e in played.report.data["events"] if e["type"] == "speech_created"]
    assert sources == ["generate_reply", "generate_reply"]


def test_who_comes_back_does_not_greet_again(tmp_path: Path) -> None:
    answers = [
        HANDS_OVER,
        {"input": "back please", "tool_calls": [{**TO_DESK, "call_id": "call_2"}], **QUICK},
        {"content": "The desk again.", **QUICK},
        {"input": "billing again", "tool_calls": [{**TO_BILLING, "call_id": "call_3"}], **QUICK},
        {"content": "Yes?", **QUICK},
    ]
    said = (ASKS, (5.0, 6.5, "back please"), (9.0, 10.5, "billing again"))
    played = play(tmp_path, answers, *said, length=14)
    assert [text for role, text in played.said if role == "assistant"] == [
        "Billing here.",
        "The desk again.",
        "Yes?",
    ]
    assert [voice for _, voice in played.voices] == ["bob", "alice", "bob"]
    assert played.handoffs[1:] == [("desk", "billing"), ("billing", "desk"), ("desk", "billing")]


def test_agents_that_find_each_other_responsible_come_to_an_end(tmp_path: Path) -> None:
    agents = {name: {**agent, "greeting": None} for name, agent in AGENTS.items()}
    there_and_back = [
        {"tool_calls": [{**(TO_BILLING, TO_DESK)[n % 2], "call_id": f"c{n}"}], **QUICK}
        for n in range(4)
    ]
    answers = [*there_and_back, {"content": "I will see to it myself.", **QUICK}]
    played = play(tmp_path, answers, ASKS, agents=agents)
    assert len(played.handoffs) == 4
    assert played.said[-1] == ("assistant", "I will see to it myself.")
    assert calls(played)[-1][1] == "Nobody else can take over now. Answer the caller yourself."


def test_of_two_hand_offs_at_once_the_first_is_made(tmp_path: Path) -> None:
    agents = {**AGENTS, "sales": {"instructions": "You are sales.", "voice": "carol"}}
    both = [{**TO_BILLING, "call_id": "c1"}, {"name": "hand_off_to_sales", "call_id": "c2"}]
    played = play(tmp_path, [{**HANDS_OVER, "tool_calls": both}], ASKS, agents=agents)
    assert played.handoffs == [(None, "desk"), ("desk", "billing")]
    assert played.said[1:] == [("assistant", "Billing here.")]
    assert played.asked == ["desk"]
    outputs = sorted(output for _, output in calls(played) if output is not None)
    assert outputs == ["", "The caller is already being handed over to billing."]


def test_who_talks_into_a_hand_off_is_answered_by_the_new_agent(tmp_path: Path) -> None:
    answers = [PREAMBLE, {"input": "wait a moment", "content": "Yes, I wait.", **QUICK}]
    played = play(tmp_path, answers, ASKS, (3.2, 4.4, "wait a moment"))
    assert played.handoffs[1:] == [("desk", "billing")]
    assert played.asked == ["desk", "billing"]
    assert played.said[-1] == ("assistant", "Yes, I wait.")
    assert "Billing here." not in [text for text, _ in played.voices]


def test_a_cough_into_a_hand_off_leaves_nobody_waiting(tmp_path: Path) -> None:
    answers = [PREAMBLE, {"content": "Billing is listening.", **QUICK}]
    turn = {"resume_false_interruption": False}
    played = play(tmp_path, answers, ASKS, (3.2, 4.2, ""), turn=turn)
    assert played.handoffs[1:] == [("desk", "billing")]
    assert played.asked == ["desk", "billing"]
    assert played.said[-1] == ("assistant", "Billing is listening.")
    assert played.voices[-1] == ("Billing is listening.", "bob")


def test_an_llm_that_takes_over_from_another_knows_who_it_is(tmp_path: Path) -> None:
    answers = [HANDS_OVER, {"input": "what do I owe", "error": "down", **QUICK}]
    played = play(
        tmp_path,
        answers,
        ASKS,
        (5.0, 6.5, "what do I owe"),
        fallback=[{"content": "Ten euros.", **QUICK}],
    )
    assert played.asked == ["desk", "billing", "billing"]
    assert played.requests[2].tools == ["get_weather", "hand_off_to_desk"]
    assert played.said[-1] == ("assistant", "Ten euros.")


@pytest.mark.parametrize("early", [False, True], ids=["after the turn", "preemptive"])
@pytest.mark.parametrize("answer", [PREAMBLE, HANDS_OVER], ids=["preamble", "silent"])
def test_whenever_the_caller_talks_into_a_hand_off_it_is_whole(
    tmp_path: Path, answer: dict[str, Any], *, early: bool
) -> None:
    own = {"desk": ["hand_off_to_billing"], "billing": ["get_weather", "hand_off_to_desk"]}
    spare = [{"content": text, **QUICK} for text in ("Yes, please?", "And now?", "Go on.")]
    answers = [answer, {"input": "wait a moment", "content": "Yes?", **QUICK}, *spare]
    seen: set[tuple[int, int]] = set()
    for step in range(9):
        start = 2.3 + step * 0.3
        folder = tmp_path / str(step)
        folder.mkdir()
        turn = {"preemptive_generation": early}
        said = (ASKS, (start, start + 1.2, "wait a moment"))
        played = play(folder, answers, *said, length=9, turn=turn)
        for request, agent in zip(played.requests, played.asked, strict=True):
            assert request.tools == own[agent]
            assert agent == played.in_charge(request.at)
        for spoken in played.spoken:
            assert spoken.voice == AGENTS[played.in_charge(spoken.at)]["voice"]
        assert played.said[-1][0] == "assistant"
        seen.add((len(played.handoffs), len(played.requests)))
    assert len(seen) > 1
