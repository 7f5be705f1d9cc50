"""A call with everything in it, and beside its report what the LLM was asked and the log."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.eventlog.drawn_calls import BEGIN, EVIL, everything

SYSTEM = {"role": "system", "content": "You tell the weather. You make no jokes."}
GREETING = {"role": "assistant", "content": "Connected and ready."}
ASKED = {"role": "user", "content": "What is the weather in Bergen?"}
CALL = {
    "role": "assistant",
    "tool_calls": [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "get_weather", "arguments": '{"city": "Bergen"}'},
        }
    ],
}
RESULT = {"role": "tool", "content": "rain, 9", "tool_call_id": "call_1"}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def request(number, at, messages, text="", *, calls=(), **more):
    """A line of llm.jsonl, `at` seconds into the call."""
    return {
        "id": f"llm_{number}",
        "at": BEGIN + at,
        "ended_at": BEGIN + at + 0.8,
        "agent": "desk",
        "provider": "openai",
        "model": "gpt-4.1-mini",
        "early": False,
        "outcome": "completed",
        "error": None,
        "ttfb": 0.31,
        "tokens": {"prompt_tokens": 120, "completion_tokens": 9, "reasoning_tokens": 0},
        "messages": messages,
        "tools": [TOOL],
        "settings": {"model": "gpt-4.1-mini", "temperature": 0.5},
        "answer": {"text": text, "calls": list(calls)},
        **more,
    }


def requests():
    """Four: one given up, one that asks for tools, the answer, and a thank you."""
    wanted = [{"id": "call_1", "name": "get_weather", "arguments": {"city": "Bergen"}}]
    talk = [SYSTEM, GREETING, ASKED]
    early = {"role": "user", "content": "What is the weather"}
    reply = {"role": "assistant", "content": "It rains in Bergen, 9 degrees"}
    thanks = {"role": "user", "content": "Thank you."}
    return [
        request(1, 5.2, [SYSTEM, GREETING, early], "Where?", early=True, outcome="withdrawn"),
        request(2, 6.7, talk, calls=wanted),
        request(3, 8.1, [*talk, CALL, RESULT], f"It rains in Bergen. {EVIL}"),
        request(4, 18.8, [*talk, CALL, RESULT, reply, thanks], "You are welcome."),
    ]


LINKS = {"a1": "llm_3", "a2": "llm_4", "fnc_0": "llm_2", "fnc_1": "llm_2"}


def log_line(at, level, message):
    moment = datetime.fromtimestamp(BEGIN + at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z {level: <7} bot.call:run:1 {message}\n"


def in_folder(folder: Path, lines=None) -> Path:
    """Write the call into a folder and return the report's path."""
    data = everything()
    data["parley"]["requests"] = LINKS
    for event in data["events"]:
        for number, call in enumerate(event.get("function_calls", ())):
            call["id"] = f"fnc_{number}"
    told = lines if lines is not None else [json.dumps(line) for line in requests()]
    (folder / "llm.jsonl").write_text("".join(f"{line}\n" for line in told))
    log = log_line(1, "DEBUG", "all is well") + log_line(7, "WARNING", f"slow {EVIL[:40]}")
    (folder / "log.txt").write_text(log + "    of the warning\n")
    path = folder / "report.json"
    path.write_text(json.dumps(data))
    return path
