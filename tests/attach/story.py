"""The events of a report in few words, to be compared with what should have happened."""

from pathlib import Path
from typing import Any

from eventlog.checker import check
from eventlog.reader import LoggedReport, Origin

_FLEETING = ("user_input_transcribed", "user_state_changed")


def story(report: dict[str, Any], *, without_user: bool = False) -> list[str]:
    """One line an event, in their order; interim transcripts are left out, as their number varies.

    `without_user` also leaves out what the user does while they speak.
    """
    return [
        _line(event)
        for event in report["events"]
        if event.get("is_final") is not False and not (without_user and event["type"] in _FLEETING)
    ]


def faults(report: dict[str, Any], path: Path) -> list[str]:
    """What the checker finds in a report."""
    return [str(finding) for finding in check(LoggedReport(report, path, 0, Origin.PARLEY))]


def left_in(folder: Path) -> list[str]:
    """The names of what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def _line(event: dict[str, Any]) -> str:
    match event["type"]:
        case "agent_state_changed":
            return f"agent {event['new_state']}"
        case "user_state_changed":
            return f"user {event['new_state']}"
        case "user_input_transcribed":
            return f"heard {event['transcript']!r}"
        case "speech_created":
            return f"speech {event['source']}"
        case "conversation_item_added":
            item = event["item"]
            cut = " (cut)" if item["interrupted"] else ""
            return f"{item['role']}: {item['content'][0]}{cut}"
        case "function_tools_executed":
            return "tools " + ", ".join(call["name"] for call in event["function_calls"])
        case "error":
            return f"error {event['error']['type']}"
        case "close":
            return f"close {event['reason']}"
        case other:
            return other
