"""What a demo leaves: where the time went, and the files to look at."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.demo.play import Outcome
from bot.session import SessionReport
from bot.terminal import latency_table, turn_latencies
from eventlog.plaintext import clean


def show_summary(outcome: Outcome, console: Console) -> None:
    """Print the latencies of a finished demo, its files, and what of the script was missed."""
    report = outcome.report
    console.print()
    turns = turn_latencies(report.data)
    if turns:
        console.print(latency_table(turns, console.width))
    for name, path in _files(report):
        console.print(Text(f"{name:<9} {_short(path)}"), soft_wrap=True)
    if outcome.missed is not None:
        console.print(Text(f"not played to its end: {clean(outcome.missed)}", "red"))
        if report.close_reason == "error":
            what = str(report.data["parley"]["close_detail"].get("what", "unknown"))
            console.print(Text(f"the call failed: {clean(what)}", "red"))


def _files(report: SessionReport) -> list[tuple[str, Path]]:
    named = (
        ("report", report.path),
        ("recording", report.audio_path),
        ("dump", report.dump_path),
    )
    return [(name, path) for name, path in named if path is not None]


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
