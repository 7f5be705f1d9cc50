"""A call as a conversation file, judged by Pipecat's own command."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from pipecat.evals.conversation import EvalConversation
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.export.judge import conversation
from eventlog.export.tool_runs import CANCELLED
from eventlog.reader import read
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dump_text, dumped, livekit, ours
from tests.wire.openai import Answer, OpenAIServer

SCENARIO = """\
name: python
judge:
  eval:
    service: ollama
    model: loopback
    endpoint: {endpoint}
scenarios:
  - name: curious
    persona: A curious developer.
    goal: Learn about Python.
    success: the bot told the caller about Python
    metrics:
      - name: politeness
        criterion: the reply is courteous
        min_score: 1
"""


def run(*args):
    return CliRunner().invoke(app, ["export", "judge", *(str(arg) for arg in args)])


def told(data):
    return conversation(drawn.logged(data))


def verdict(body):
    """What a judge answers: the first choice that each question's schema leaves, and reasons."""
    schema = body["response_format"]["json_schema"]["schema"]
    return Answer(json.dumps(filled(schema)))


def filled(schema):
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        return {name: filled(each) for name, each in schema.get("properties", {}).items()}
    return {"string": "because it did", "number": 1, "boolean": True, "integer": 1}[schema["type"]]


async def judged(folder, scenario, *files):
    """`pipecat eval judge`, as a shell runs it."""
    command = Path(sys.executable).with_name("pipecat")
    process = await asyncio.create_subprocess_exec(
        *(command, "eval", "judge", scenario, *files, "-o", folder / "judged.jsonl", "-v"),
        cwd=folder,
        env=os.environ | {"PIPECAT_HUB_CHECK": "0", "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 240)
    lines = (folder / "judged.jsonl").read_text().splitlines()
    return process.returncode, output.decode(), [json.loads(line) for line in lines]


async def test_pipecats_own_command_judges_an_exported_call(tmp_path):
    path = tmp_path / "dump.conversation.json"
    assert run(DUMP_FILE, "-o", path).exit_code == 0
    async with OpenAIServer(verdict, key="ollama") as judge:
        scenario = tmp_path / "python.yaml"
        scenario.write_text(SCENARIO.format(endpoint=judge.base_url))
        code, output, results = await judged(tmp_path, scenario, path)
        asked = json.dumps([chat.body["messages"] for chat in judge.connections])
    assert code == 0, output
    assert "1/1 passed" in output
    [result] = results
    assert (result["succeeded"], result["error"]) == (True, None)
    [politeness] = result["metrics"]
    assert [each["text"] for each in politeness["verdicts"]] == [
        turn["content"] for turn in told(dumped()) if turn["role"] == "assistant"
    ]
    assert "Like, I want to know about Python language." in asked


async def test_a_call_with_tools_is_judged_with_the_calls_in_their_places(tmp_path):
    paths = []
    for name, data in {
        "ours": drawn.everything(),
        "livekit": livekit("1.8.9", "tool_call"),
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
        paths.append(tmp_path / f"{name}.conversation.json")
        assert run(tmp_path / f"{name}.json").exit_code == 0
    async with OpenAIServer(verdict, key="ollama") as judge:
        scenario = tmp_path / "weather.yaml"
        scenario.write_text(SCENARIO.format(endpoint=judge.base_url))
        code, output, results = await judged(tmp_path, scenario, *paths)
        asked = json.dumps([chat.body["messages"] for chat in judge.connections])
    assert code == 0, output
    assert [result["passed"] for result in results] == [True, True]
    assert "get_weather(" in asked
    assert "Tokyo" in asked


def test_a_bots_turn_is_all_that_it_said_between_two_of_the_users():
    assert told(livekit("1.3.12", "tool_preamble")) == rebuilt(livekit("1.3.12", "tool_preamble"))
    turns = told(livekit("1.3.12", "tool_preamble"))
    assert [turn["role"] for turn in turns] == ["user", "tool_call", "assistant"]
    assert " " in turns[-1]["content"]


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_a_real_call_is_what_pipecats_own_builder_makes_of_it(path):
    for report in read(path):
        assert conversation(report) == rebuilt(report.data)


def rebuilt(data):
    """The conversation of a report without tools called off, by Pipecat's class."""
    builder = EvalConversation()
    for event in data["events"]:
        item = event.get("item", {})
        if item.get("role") == "user":
            builder.add_user_message("\n".join(item["content"]))
        elif item.get("role") == "assistant":
            builder.add_assistant_message("\n".join(item["content"]))
        for call in event.get("function_calls", []):
            builder.add_tool_call(call["name"], json.loads(call["arguments"]))
    builder.end_bot_turn()
    return builder.messages


def test_a_tool_that_was_called_off_says_so():
    events = [drawn.tools(1.0, ("look", "{}", CANCELLED, True, 0.5)), drawn.close(2.0)]
    [call] = told(drawn.report(events))
    assert call == {"role": "tool_call", "name": "look", "arguments": {}, "cancelled": True}


def test_a_conversation_of_hostile_words_is_json_of_the_same_shape():
    for turn in told(drawn.hostile()):
        assert turn["role"] in ("user", "assistant", "tool_call")
        assert isinstance(turn.get("content", ""), str)
        assert isinstance(turn.get("arguments", {}), dict)


def test_files_lie_beside_their_reports(tmp_path):
    for name in ("a1", "a2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(json.dumps(ours() | {"job_id": name}))
    many = tmp_path / "many.jsonl"
    many.write_text("\n".join(json.dumps(dumped() | {"job_id": f"job-{n}"}) for n in range(2)))
    done = run(tmp_path / "a1", tmp_path / "a2", many)
    assert done.exit_code == 0
    made = sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.conversation.*")
    )
    assert made == [
        "a1/call.conversation.json",
        "a2/call.conversation.json",
        "many.1.conversation.json",
        "many.conversation.json",
    ]
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in made} == {0o600}


def test_several_go_into_a_folder_under_the_names_of_their_calls(tmp_path):
    for place, name in (("x", "a1"), ("x", "a2"), ("y", "a1")):
        folder = tmp_path / place / name
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(json.dumps(ours() | {"job_id": f"{place}{name}"}))
    out = tmp_path / "out"
    assert run(tmp_path / "x", "-o", out).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "a1.conversation.json",
        "a2.conversation.json",
    ]
    both = tmp_path / "both"
    assert run(tmp_path / "x", tmp_path / "y", "-o", both).exit_code == 0
    assert sorted(path.name for path in both.iterdir()) == [
        "a1.2.conversation.json",
        "a1.conversation.json",
        "a2.conversation.json",
    ]


def test_several_do_not_go_into_one_file(tmp_path):
    many = tmp_path / "many.jsonl"
    many.write_text("\n".join(json.dumps(dumped() | {"job_id": f"job-{n}"}) for n in range(2)))
    done = run(many, "-o", "-")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "several calls do not go into one file" in done.stderr


def test_what_cannot_be_read_is_exit_code_2_and_the_rest_is_there(tmp_path):
    file = tmp_path / "cut.txt"
    file.write_text(dump_text() + dump_text()[:900])
    done = run(file, "-o", tmp_path / "x.json")
    assert done.exit_code == 2
    assert json.loads((tmp_path / "x.json").read_text()) == told(dumped())
    assert run(DUMP_FILE, "-o", "-").stdout == (tmp_path / "x.json").read_text()
