"""What holds for any conversation; each rule yields what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from eventlog.signals import Interrupted, UserTurnCompleted, UserTurnDropped, UserTurnEnded
from tests.calls.any_call import Played
from tests.calls.any_script import Say

Rule = Callable[[Played], Iterator[str]]
RULES: list[Rule] = []

EXPECTED_ERRORS = (
    "scripted failure",
    "broken on purpose",
    "turn.max_tool_steps permits",
    "completed with no audio",
    "can no longer do its job",
)


def rule(test: Rule) -> Rule:
    RULES.append(test)
    return test


def faults(played: Played) -> list[str]:
    """Whatever is wrong with a conversation, and with which rule."""
    return [f"{test.__name__}: {fault}" for test in RULES for fault in test(played)]


def items(played: Played, role: str) -> list[dict[str, Any]]:
    events = played.report["events"]
    added = [event for event in events if event["type"] == "conversation_item_added"]
    return [
        event["item"] | {"at": event["created_at"]}
        for event in added
        if event["item"]["role"] == role
    ]


def text_of(item: dict[str, Any]) -> str:
    return item["content"][0]


def cut_since(played: Played, at: float) -> bool:
    """Whether the bot was cut after `at`; what it was given just before is on its way till then."""
    return any(
        isinstance(signal, Interrupted) and signal.at >= at - 0.05 for signal in played.signals
    )


def failed(played: Played) -> set[str]:
    """The words that the voice failed to speak."""
    silent = [synthesis for synthesis in played.spoken if not synthesis.samples]
    return {word for synthesis in silent for word in synthesis.text.split()}


@rule
def nothing_was_lost(played: Played) -> Iterator[str]:
    losses = played.report["parley"]["recorder"]["losses"]
    if losses:
        yield str(losses)
    for error in played.errors:
        if not any(expected in error for expected in EXPECTED_ERRORS):
            yield error


@rule
def no_turn_is_left_open(played: Played) -> Iterator[str]:
    """Fewer words than it takes to stop the bot may wait for more."""
    if not played.rested or played.script.options.get("min_interruption_words"):
        return
    for item in items(played, "user"):
        if item["at"] >= played.closing_at:
            yield f"{text_of(item)!r} was still no turn at rest"


@rule
def what_is_logged_was_heard(played: Played) -> Iterator[str]:
    for item in items(played, "assistant"):
        words = text_of(item).split()
        unheard = [word for word in words if word not in played.heard]
        tolerated = words[-1:] if item["interrupted"] else []
        if not set(unheard) <= {*tolerated, *failed(played)}:
            yield f"{text_of(item)!r} is in the log, but nobody heard {unheard}"


@rule
def what_is_spoken_is_heard(played: Played) -> Iterator[str]:
    """Unless it was cut, or the call ended."""
    for synthesis in played.spoken:
        if not synthesis.samples or cut_since(played, synthesis.at):
            continue
        for word in synthesis.text.split():
            heard = played.heard.get(word)
            if (heard is None or not heard.whole) and played.rested:
                yield f"{word!r} was synthesised and not heard to its end"


@rule
def words_become_turns(played: Played) -> Iterator[str]:
    """Every final transcript is in one user's message, unless it was dropped or refused."""
    turns = Counter(word for item in items(played, "user") for word in text_of(item).split())
    refused: set[str] = set()
    ended = ""
    for signal in played.signals:
        if isinstance(signal, UserTurnEnded):
            ended = f"{ended} {signal.text}"
        elif isinstance(signal, UserTurnCompleted):
            refused |= set(ended.split()) if signal.refused else set()
            ended = ""
    for at, transcript in played.given:
        if not transcript.final:
            continue
        excused = transcript.text in refused or any(
            isinstance(signal, UserTurnDropped) and signal.at >= at for signal in played.signals
        )
        times = turns[transcript.text]
        if at < played.closing_at and (times > 1 or (times == 0 and not excused)):
            yield f"{transcript.text!r} is in {times} turns"


@rule
def only_the_uninterruptible_drops(played: Played) -> Iterator[str]:
    never = not played.script.options.get("allow_interruptions", True)
    if never or any(isinstance(a, Say) and not a.interruptible for a in played.script.actions):
        return
    if any(isinstance(signal, UserTurnDropped) for signal in played.signals):
        yield "a turn was dropped, though everything can be interrupted"


@rule
def tools_run_once_the_turn_is_certain(played: Played) -> Iterator[str]:
    logged = [
        item["call_id"]
        for item in played.report["chat_history"]["items"]
        if item["type"] == "function_call"
    ]
    kept = [
        signal.at
        for signal in played.signals
        if isinstance(signal, UserTurnCompleted) and signal.preempted
    ]
    for call_id in played.ran:
        request = played.requests[int(call_id.split("_")[1]) - 1]
        ended = request.finished_at or 0.0
        if request.speculative and not any(request.at <= at <= ended for at in kept):
            yield f"{call_id} ran for a turn that was not over"
        if logged.count(call_id) != 1:
            yield f"{call_id} ran and is {logged.count(call_id)} times in the history"


@rule
def agents_are_whole(played: Played) -> Iterator[str]:
    """The LLM is one agent by instructions, tools and log, and answers in that one's voice."""
    if not played.script.agents:
        return
    for number, request in enumerate(played.requests):
        agent = "b" if "You are b." in str(request.messages[0]["content"]) else "a"
        other = "a" if agent == "b" else "b"
        if f"hand_off_to_{other}" not in request.tools and request.tool_choice != "none":
            yield f"request {number} has the instructions of {agent} and the tools of {other}"
        if request.at < played.closing_at and agent != (logged := _in_charge(played, request.at)):
            yield f"request {number} is answered by {agent}, and by the log by {logged}"
        for synthesis in played.spoken:
            said = re.match(rf"\s*reply{number}[a-z]", synthesis.text)
            if said and synthesis.voice != f"voice {agent}":
                yield f"{synthesis.text!r} of {agent} was said in {synthesis.voice}"


def _in_charge(played: Played, at: float) -> str:
    changes = [
        item["new_agent_id"]
        for item in played.report["chat_history"]["items"]
        if item["type"] == "agent_handoff" and item["created_at"] <= at + 1e-4
    ]
    return changes[-1]
