"""Reports for the tests of the reading side: the real dump, LiveKit's runs, and one of ours."""

import json
from copy import deepcopy
from pathlib import Path

from eventlog import dump
from eventlog.reader import LoggedReport, origin_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
DUMP_FILE = FIXTURES / "session_dump.txt"
LIVEKIT_FILES = sorted((FIXTURES / "livekit").glob("*/*.json"))


def dump_text():
    return DUMP_FILE.read_bytes().decode("utf-8")


def dumped():
    return dump.parse(dump_text())[0].report


def livekit(version, name):
    return json.loads((FIXTURES / "livekit" / version / f"{name}.json").read_text())


def logged(data):
    return LoggedReport(data, Path("report.json"), 0, origin_of(data))


def ours():
    """A plain turn, as Parley writes it."""
    report = livekit("1.3.12", "plain_turn")
    user, reply = (
        event["item"] for event in report["events"] if event["type"] == "conversation_item_added"
    )
    waited = reply["metrics"]["e2e_latency"]
    return deepcopy(report) | {
        "usage": None,
        "sdk_version": "parley 0.1.0",
        "agent_name": "",
        "tags": [],
        "duration_ms": 8000,
        "user_turns": 1,
        "errors": {"llm": 0, "stt": 0, "tts": 0, "realtime": 0, "interruption": 0},
        "close_reason": "CR_USER_INITIATED",
        "parley": {
            "schema": 1,
            "turns": [
                {
                    "user_item": user["id"],
                    "assistant_item": reply["id"],
                    "e2e_latency": waited,
                    "parts": [
                        {"name": "endpointing", "seconds": 0.5},
                        {"name": "the rest", "seconds": waited - 0.5},
                    ],
                }
            ],
            "providers": {"stt": {"provider": "moonshine", "service": "s", "model": "tiny-en"}},
            "config": {"name": "local"},
        },
    }
