"""Tools in a whole call: each call of one has an answer, in time, whatever the tool does."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.config import ConfigError, load_config
from bot.tools import build_tools
from tests.calls import odd_tools
from tests.calls.test_embedding import Watched, items

HERE = "tests.calls.odd_tools"
NAMES = ["blocks", "blocks_for_ever", "hangs", "raises", "refuses", "gives_no_json"]
NAMES += ["gives_nothing_found", "exits", "counts"]


def calling(*calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    asked = [{"name": name, "arguments": arguments} for name, arguments in calls]
    answers = [
        {"content": "", "tool_calls": asked, "ttft": 0.05, "duration": 0.1},
        {"content": "There you are.", "ttft": 0.05, "duration": 0.1},
    ]
    return {"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": answers}}


async def outputs_of(
    directory: Path, *calls: tuple[str, dict[str, Any]], **sections: Any
) -> tuple[list[tuple[str, bool]], Watched]:
    """What the report says the tools gave, which has to be what the LLM read."""
    tools = sections.pop("tools", [f"{HERE}:{name}" for name in NAMES])
    turn = {"detector": "none", "preemptive_generation": False}
    watched = Watched(directory, llm=calling(*calls), tools=tools, turn=turn, **sections)
    report = await watched.run(watched.one_turn)
    [batch] = [e for e in report.data["events"] if e["type"] == "function_tools_executed"]
    outputs = [(o["output"], o["is_error"]) for o in batch["function_call_outputs"]]
    context = watched.llm.requests[1].messages
    read = [message["content"] for message in context if message.get("role") == "tool"]
    assert [json.loads(text) for text in read] == [text for text, _ in outputs]
    assert [item["content"] for item in items(report, "assistant")] == [["There you are."]]
    return outputs, watched


@pytest.fixture(autouse=True)
def released():
    odd_tools.released.clear()
    odd_tools.threads.clear()
    yield
    odd_tools.released.set()


async def test_whatever_a_tool_does_the_llm_gets_an_answer(tmp_path: Path) -> None:
    outputs, _ = await outputs_of(
        tmp_path,
        ("blocks", {"cup": "blue"}),
        ("raises", {}),
        ("refuses", {}),
        ("gives_no_json", {}),
        ("gives_nothing_found", {}),
        ("exits", {}),
        ("made_up", {}),
    )
    assert outputs == [
        ("A blue cup.", False),
        ("The function `raises` failed and returned no result.", True),
        ("no table is free", True),
        ("The function's result cannot be written as JSON.", True),
        ("[]", False),
        ("The function `exits` failed and returned no result.", True),
        ("The function `made_up` is not currently available.", True),
    ]
    assert odd_tools.threads != ["MainThread"]


async def test_what_is_wrong_with_arguments_is_told_by_name(tmp_path: Path) -> None:
    outputs, _ = await outputs_of(
        tmp_path,
        ("counts", {}),
        ("counts", {"number": "many"}),
        ("counts", {"number": "3", "size": "medium"}),
        ("counts", {"number": 3, "colour": "red"}),
        ("counts", {"number": "3"}),
    )
    assert [is_error for _, is_error in outputs] == [True, True, True, True, False]
    said = [text for text, _ in outputs]
    assert said[0] == "The function was not called: argument `number` is missing."
    assert "argument `number`: Input should be a valid integer" in said[1]
    assert "argument `size`: Input should be 'small' or 'large'" in said[2]
    assert "there is no argument `colour`" in said[3]


async def test_a_tool_that_hangs_is_left_behind_at_its_time(tmp_path: Path) -> None:
    outputs, _ = await outputs_of(
        tmp_path,
        ("hangs", {}),
        ("blocks_for_ever", {}),
        call={"tool_timeout": 0.3},
        tools=[f"{HERE}:hangs", {"function": f"{HERE}:blocks_for_ever", "timeout": 0.2}],
    )
    assert outputs == [
        ("The function `hangs` did not answer within 0.3 seconds.", True),
        ("The function `blocks_for_ever` did not answer within 0.2 seconds.", True),
    ]


def test_types_and_docstring_are_what_the_llm_is_told(tmp_path: Path) -> None:
    config = load_config({"extends": "default", "tools": [f"{HERE}:counts"]}, env={})
    [tool] = build_tools(config)
    assert (tool.name, tool.description, tool.required) == ("counts", "Count.", ["number"])
    assert tool.properties["number"] == {"type": "integer", "description": "How far."}
    size = tool.properties["size"]
    assert (size["enum"], size["description"]) == (["small", "large"], "In which steps.")


def test_two_tools_of_one_name_are_refused() -> None:
    twice = {"extends": "default", "tools": [f"{HERE}:counts", {"function": f"{HERE}:counts"}]}
    with pytest.raises(ConfigError, match=r"tools\[1\]: there are two tools called 'counts'"):
        build_tools(load_config(twice, env={}))
