"""Trees of reports for the tests, and their numbers worked out from the raw JSON."""

import json
import statistics

from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dump_text, dumped, livekit, ours

ALL = [DUMP_FILE, *LIVEKIT_FILES]


def raw_reports():
    return [dumped(), *(json.loads(path.read_text()) for path in LIVEKIT_FILES)]


def raw_items(reports, role):
    return [
        event["item"]
        for report in reports
        for event in report["events"]
        if event["type"] == "conversation_item_added" and event["item"].get("role") == role
    ]


def raw_values(reports, metric):
    role = "user" if metric.startswith(("trans", "end_of", "on_user")) else "assistant"
    metrics = [item["metrics"] for item in raw_items(reports, role)]
    return [found[metric] for found in metrics if metric in found]


def percentile(values, percent):
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def tree(folder):
    """Our store, LiveKit's files by name, a dump of three and JSON Lines of two.

    They are eight reports of five calls: the store has one call twice, the dump one three times.
    """
    for name in ("a1", "a2"):
        (folder / "sessions" / name).mkdir(parents=True)
        (folder / "sessions" / name / "report.json").write_text(json.dumps(ours(), indent=2))
        (folder / "sessions" / name / "log.txt").write_text("not a report\n")
    (folder / "livekit").mkdir()
    (folder / "livekit" / "call.json").write_text(json.dumps(livekit("1.8.9", "interruption")))
    (folder / "dump.txt").write_text(dump_text() * 3)
    lines = [json.dumps(livekit("1.3.12", name)) for name in ("two_turns", "llm_error")]
    (folder / "calls.jsonl").write_text("\n".join(lines) + "\n")
    return folder
