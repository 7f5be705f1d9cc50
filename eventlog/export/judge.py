"""`parley log export judge`: a conversation file, as `pipecat eval judge` reads it.

The format is Pipecat's own (`pipecat.evals.conversation`, which this does not import): a JSON list
of what the user said in one turn, of everything that the bot said between two of the user's turns,
and of the tools that it called, each before the turn in which it was called. So calls that nobody
staged can be judged by the simulation that was written to test the bot.
"""

from __future__ import annotations

import json
from typing import Any

from eventlog.export.tool_runs import ToolRun, tool_runs
from eventlog.reader import LoggedReport
from eventlog.view import View

Turn = dict[str, Any]


def render(report: LoggedReport) -> str:
    """The conversation of a report as JSON."""
    return json.dumps(conversation(report), indent=2) + "\n"


def conversation(report: LoggedReport) -> list[Turn]:
    """The turns of a conversation, in the order in which the log tells them."""
    view = View.of(report.data, report.origin)
    said = {message.event.index: message for message in view.messages}
    called: dict[int, list[ToolRun]] = {}
    for run in tool_runs(view):
        called.setdefault(run.event.index, []).append(run)
    turns: list[Turn] = []
    speaking: list[str] = []
    for event in view.events:
        turns += [_tool_call(run) for run in called.get(event.index, [])]
        message = said.get(event.index)
        text = message.text.strip() if message is not None else ""
        if message is None or not text:
            continue
        if message.role == "assistant":
            speaking.append(text)
        elif message.role == "user":
            turns += _bot_turn(speaking)
            speaking = []
            turns.append({"role": "user", "content": text})
    return turns + _bot_turn(speaking)


def _bot_turn(speaking: list[str]) -> list[Turn]:
    return [{"role": "assistant", "content": " ".join(speaking)}] if speaking else []


def _tool_call(run: ToolRun) -> Turn:
    return {
        "role": "tool_call",
        "name": run.name,
        "arguments": run.named_arguments,
        "cancelled": run.cancelled,
    }
