"""Compares two reports of one scenario by what happens in them, without ids and times.

Usage: python sequence.py REPORT.json OTHER.json    Prints the lines that differ; none if none do.
       python sequence.py REPORT.json               Prints the report in short, with its times.
"""

import json
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path


def lines(report: dict) -> list[str]:
    """The events in short, those that may swap in one order.

    The end of the user's sound and the final transcript of it are found by two services, so that
    either may be first.
    """
    told = [_event(event) for event in report["events"]]
    for place in range(len(told) - 1):
        if told[place].startswith("final") and told[place + 1] == "user speaking→listening":
            told[place : place + 2] = told[place + 1], told[place]
    return told


def timed(report: dict) -> Iterator[str]:
    """The events in short, each with its seconds since the first."""
    begin = report["events"][0]["created_at"]
    for event in report["events"]:
        yield f"{event['created_at'] - begin:7.3f}  {_event(event)}{_metrics(event, begin)}"


def _event(event: dict) -> str:
    match event["type"]:
        case "agent_state_changed" | "user_state_changed" as kind:
            return f"{kind.split('_')[0]} {event['old_state']}→{event['new_state']}"
        case "user_input_transcribed":
            return f"{'final' if event['is_final'] else 'interim'} {event['transcript']!r}"
        case "speech_created":
            return f"speech_created {event['source']} user_initiated={event['user_initiated']}"
        case "conversation_item_added":
            item = event["item"]
            cut = " interrupted" if item["interrupted"] else ""
            return f"item {item['role']}{cut} {item['content']}"
        case "function_tools_executed":
            pairs = zip(event["function_calls"], event["function_call_outputs"], strict=True)
            return f"tools {[(call['name'], (out or {}).get('is_error')) for call, out in pairs]}"
        case "agent_false_interruption":
            return f"false_interruption resumed={event['resumed']}"
        case "error":
            return f"error {event['error']['type']} recoverable={event['error']['recoverable']}"
        case "close":
            return f"close {event['reason']}"
    return str(event["type"])


def _metrics(event: dict, begin: float) -> str:
    if event["type"] != "conversation_item_added":
        return ""
    metrics = event["item"]["metrics"] | {"created_at": event["item"]["created_at"]}
    short = [
        f"{name.removesuffix('_at')}={value - begin if name.endswith('_at') else value:.2f}"
        for name, value in metrics.items()
    ]
    return f" [{' '.join(short)}]"


def main() -> None:
    reports = [json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:]]
    if len(reports) == 1:
        print("\n".join(timed(reports[0])))
        return
    one, other = (lines(report) for report in reports)
    differing = list(unified_diff(one, other, *sys.argv[1:3], lineterm=""))
    print("\n".join(differing))
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
