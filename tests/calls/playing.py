"""Plays a scripted call from end to end: our `Call`, our transport, scripted providers."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.signals import CloseReason
from tests.scripted.scenario import Scenario, load

TRANSFER = "transfer"
"""The tool of LiveKit's scenario that hands over."""

TOOLS = {
    ("get_weather", 0.2): "tests.calls.tools:get_weather",
    ("get_weather", 3.0): "tests.calls.slow_tools:get_weather",
    ("fail", 0.0): "tests.calls.tools:fail",
}


def config_of(scenario: Scenario, directory: Path, **sections: Any) -> dict[str, Any]:
    """The configuration that plays a scenario, its log under `directory`."""
    providers = {slot: dict(service) for slot, service in scenario.providers.items()}
    providers["llm"] = _answering_tools_in_our_words(providers["llm"])
    options = dict(scenario.options)
    if scenario.raw.get("output_can_pause") is False:
        # Our voice can pause on any output; what cannot is one that is told not to.
        options["resume_false_interruption"] = False
    return {
        "agent": {"greeting": scenario.greeting},
        "agents": _agents(scenario),
        **providers,
        "turn": {**options, "detector": "none"},
        "tools": _tools(scenario),
        "call": {"max_failures": scenario.raw.get("max_unrecoverable_errors", 3)},
        "log": {"directory": str(directory)},
        **sections,
    }


def _agents(scenario: Scenario) -> dict[str, Any]:
    """The agents of the scenario in which one hands over; LiveKit's harness has them in code."""
    if not _called(scenario) & {TRANSFER}:
        return {}
    return {
        "assistant": {"instructions": "You are a helpful assistant."},
        "billing": {"instructions": "You handle billing.", "greeting": "Billing here."},
    }


def _called(scenario: Scenario) -> set[str]:
    return {call["name"] for answer in scenario.raw["llm"] for call in answer["tool_calls"]}


def _tools(scenario: Scenario) -> list[str]:
    scripted = scenario.raw.get("tools", {})
    usual = {"get_weather": 0.2, "fail": 0.0}
    return [
        TOOLS[name, scripted.get(name, {}).get("seconds", usual[name])]
        for name in sorted(_called(scenario) & set(usual))
    ]


def _answering_tools_in_our_words(llm: dict[str, Any]) -> dict[str, Any]:
    # Pipecat tells the LLM of a failed tool in words of its own, LiveKit in its own.
    answers = [
        {**answer, "input": None} if answer["input"] == "An internal error occurred" else answer
        for answer in llm["args"]["answers"]
    ]
    for answer in answers:
        # What hands over is a function of the application there, and goes by a name of its own.
        answer["tool_calls"] = [
            {**call, "name": "hand_off_to_billing"} if call["name"] == TRANSFER else call
            for call in answer["tool_calls"]
        ]
    return {**llm, "args": {"answers": answers}}


async def play(
    name: str, directory: Path, script: Any = None, **sections: Any
) -> tuple[SessionReport, MemoryTransport]:
    """Play LiveKit's scenario of this name; at its end the embedder closes the call, as there."""
    scenario = load(name)
    transport = MemoryTransport()
    config = load_config(config_of(scenario, directory, **sections))
    call = Call(config, transport, session_id=name, room="ref-room")

    async def far_side() -> None:
        scenario.speak(transport.far_end)
        await transport.far_end.join()
        await transport.far_end.connected()
        began = time.monotonic()
        end = {"at": scenario.length, "call": "close"}
        for action in [*scenario.api, end]:
            await asyncio.sleep(max(0.0, began + action["at"] - time.monotonic()))
            await _act(call, action)

    far = asyncio.create_task(far_side())
    report = await call.run()
    far.cancel()
    return report, transport


async def _act(call: Call, action: Mapping[str, Any]) -> None:
    """Do to our call what the application did to LiveKit's session."""
    who = {"who": "embedder"}
    match action["call"]:
        case "say":
            await call.say(
                action["text"], allow_interruptions=action.get("allow_interruptions", True)
            )
        case "generate_reply":
            await call.generate_reply(action.get("instructions"))
        case "send_text":
            await call.send_text(action["text"])
        case "interrupt":
            await call.interrupt()
        case "close" | "shutdown" as how:
            await call.close(CloseReason.USER_INITIATED, who, drain=how == "shutdown")


def sequence(report: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The events of a report without their times and ids, to compare two of the same script.

    The order of `user → listening` and the final transcript is free: it depends on how long the
    VAD holds, so the two are sorted where they are neighbours. So is the order of the first state
    change and a greeting: both occur in LiveKit (specification, section 2).
    """
    told = [_told(event) for event in report["events"]]
    if told[1:2] == [("agent_state_changed", "initializing", "listening")]:
        told[0], told[1] = told[1], told[0]
    for index in range(1, len(told)):
        pair = told[index - 1 : index + 1]
        if _free(pair[0]) and _free(pair[1]):
            told[index - 1 : index + 1] = sorted(pair, key=str)
    return told


def _free(event: tuple[Any, ...]) -> bool:
    return event[0] == "user_input_transcribed" or event == (
        "user_state_changed",
        "speaking",
        "listening",
    )


def _told(event: Mapping[str, Any]) -> tuple[Any, ...]:
    match event["type"]:
        case "agent_state_changed" | "user_state_changed":
            return event["type"], event["old_state"], event["new_state"]
        case "user_input_transcribed":
            return event["type"], event["transcript"], event["is_final"]
        case "speech_created":
            return event["type"], event["source"], event["user_initiated"]
        case "conversation_item_added":
            item = event["item"]
            return event["type"], item["role"], item["content"][0], item["interrupted"]
        case "agent_false_interruption":
            return event["type"], event["resumed"]
        case "function_tools_executed":
            names = [call["name"] for call in event["function_calls"]]
            failed = [output["is_error"] for output in event["function_call_outputs"]]
            return event["type"], *names, *failed
        case "close":
            return event["type"], event["reason"]
        case other:
            return (other,)
