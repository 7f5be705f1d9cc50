"""A report as a person reads it: who said what, when, how fast, and who cut off whom.

The words in a log come from strangers, so nothing of it reaches the terminal as it is: control
characters and marks that turn the direction of text are shown as escapes, and rich's markup is
never parsed.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eventlog.checker.shapes import CLOSE_REASONS
from eventlog.jsonvalue import as_list, as_object, as_text
from eventlog.moments import Moment, clock, latencies, moments
from eventlog.options import options_of
from eventlog.plaintext import clean
from eventlog.reader import LoggedReport
from eventlog.view import CLOSE, View

_STYLES = {
    "user": "bold cyan",
    "agent": "bold green",
    "tool": "magenta",
    "error": "bold red",
    "call": "bold",
}


class Terminal(Console):
    """rich's, which would end with an exit code that means something else here."""

    def on_broken_pipe(self) -> None:
        """Leave a closed pipe to whoever runs the command."""
        raise BrokenPipeError


def render(report: LoggedReport, console: Console, *, zone: tzinfo | None = None) -> None:
    """Prints a report: a header, a line a moment, a summary.

    On a terminal long lines are wrapped beside their column; into a pipe each moment is one line.
    `zone` is the time zone of the date (default: this machine's).
    """
    view = View.of(report.data, report.origin)
    for name, text in _header(view, zone):
        console.print(Text.assemble((f"{name:<9} ", "dim"), clean(text)), soft_wrap=True)
    console.print()
    begin = _begin(view)
    show_moments(moments(view), begin, console)
    console.print()
    for name, text in _summary(view):
        console.print(Text.assemble((f"{name:<14} ", "dim"), clean(text)), soft_wrap=True)


def show_moments(found: Iterable[Moment], begin: float, console: Console) -> None:
    """Prints moments, a line each; their times count from `begin` (epoch seconds)."""
    lines = ((clock(moment.at - begin), moment) for moment in found)
    if console.is_terminal:
        grid = Table.grid(padding=(0, 1))
        for width in (len("00:00.000"), len("agent")):
            grid.add_column(min_width=width, no_wrap=True)
        grid.add_column()
        for time, moment in lines:
            grid.add_row(Text(time, "dim"), Text(moment.who, _style(moment)), _words(moment))
        console.print(grid)
    else:
        for time, moment in lines:
            line = Text.assemble(time, f" {moment.who:<5} ", _words(moment))
            console.print(line, soft_wrap=True)


def _words(moment: Moment) -> Text:
    style = "" if moment.said else "dim"
    words = Text(clean(moment.text), style if moment.who != "error" else "red")
    if moment.cut:
        words.append(" [cut off]", "yellow")
    if moment.note:
        words.append(f"  ({clean(moment.note)})", "dim")
    return words


def _style(moment: Moment) -> str:
    return _STYLES[moment.who] if moment.said or moment.who not in ("user", "agent") else "dim"


def _begin(view: View) -> float:
    return min((event.at for event in view.events), default=0.0)


def _header(view: View, zone: tzinfo | None) -> Iterator[tuple[str, str]]:
    report = view.report
    job = as_text(report.get("job_id")) or "?"
    yield "room", f"{as_text(report.get('room')) or '-'}, job {job}"
    yield "when", _when(view, zone)
    close = next(iter(view.of_type(CLOSE)), None)
    if close is None:
        yield "closed", "never: the log has no close event"
    else:
        failure = as_object(close.data.get("error")) or {}
        detail = as_object((as_object(report.get("parley")) or {}).get("close_detail")) or {}
        extra = [f"{key}={value}" for key, value in detail.items()]
        extra += [str(failure[key]) for key in ("type", "label") if key in failure]
        reason = as_text(close.data.get("reason")) or "?"
        yield "closed", " ".join([reason if reason in CLOSE_REASONS else repr(reason), *extra])
    if changed := _changed_options(view):
        yield "options", changed
    if providers := _providers(report):
        yield "providers", providers


def _when(view: View, zone: tzinfo | None) -> str:
    if not view.events:
        return "unknown: the log has no events"
    begin, end = _begin(view), max(event.at for event in view.events)
    try:
        date = datetime.fromtimestamp(begin, zone).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return f"unknown: {begin} is no time of this age"
    return f"{date:%Y-%m-%d %H:%M:%S %z}, {clock(end - begin)} long"


def _changed_options(view: View) -> str:
    changed = (option for option in options_of(view) if option.changed)
    return ", ".join(f"{option.name}={json.dumps(option.value)}" for option in changed)


def _providers(report: dict[str, Any]) -> str:
    ours = as_object(report.get("parley")) or {}
    slots: list[str] = []
    for slot, raw in (as_object(ours.get("providers")) or {}).items():
        provider = as_object(raw) or {}
        parts = [as_text(provider.get(key)) for key in ("provider", "model", "voice")]
        slots.append(f"{slot}: {' '.join(part for part in parts if part)}")
    config = as_text((as_object(ours.get("config")) or {}).get("name"))
    return ", ".join([*slots, *([f"config: {config}"] if config else [])])


def _summary(view: View) -> Iterator[tuple[str, str]]:
    replies, users = view.messages_of("assistant"), view.messages_of("user")
    cut = sum(reply.interrupted for reply in replies)
    yield "messages", f"{len(users)} from the user, {len(replies)} from the agent, {cut} cut off"
    waits = [latencies(view, reply)["e2e"] for reply in replies if "e2e_latency" in reply.metrics]
    if waits:
        middle = statistics.median(waits)
        yield "e2e latency", f"median {middle:.3f} s, max {max(waits):.3f} s, {len(waits)} replies"
    counts = {
        "false interruptions": len(view.of_type("agent_false_interruption")),
        "tool calls": sum(
            len(as_list(event.data.get("function_calls")) or [])
            for event in view.of_type("function_tools_executed")
        ),
        "errors": len(view.of_type("error")),
    }
    told = [f"{name}: {number}" for name, number in counts.items() if number]
    if told:
        yield "also", ", ".join(told)
    ours = as_object(view.report.get("parley")) or {}
    if ours.get("recovered") is True:
        yield "recovered", "the process ended before the call did; this is from its journal"
    if view.is_attached:
        yield "attached", "the bot is not Parley's own, which only recorded it"
    losses = as_object((as_object(ours.get("recorder")) or {}).get("losses"))
    if losses:
        yield "lost", ", ".join(f"{part}: {number!r:.20}" for part, number in losses.items())
