"""One call as a row of the table; every figure is that of `eventlog.stats`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eventlog.jsonvalue import as_number, as_text
from eventlog.stats.call import numbers_of
from eventlog.stats.groups import By, labels
from eventlog.stats.quantiles import Values
from eventlog.stats.record import Record
from eventlog.timeline.span import LONGEST_CALL

LONGEST = 200
"""Characters of a text; a report may hold a book where a name belongs."""
MOST_LATENCIES = 2_000
"""Latencies of a call that go into the page; more have no call that people hold."""

_E2E = "e2e_latency"
_CLOSE = "close."


@dataclass(slots=True)
class Row:
    """What the table shows of a call.

    Attributes:
        job: The call's id, as its report has it.
        began: When it began, epoch seconds; None if the report does not say.
        seconds: How long it was; None if a damaged report makes it endless.
        turns: Turns of the user.
        unanswered: Those of them that no reply followed.
        replies: Replies of the agent.
        interrupted: Those of them that the user cut off.
        false_interruptions: Interruptions that were none.
        p50: Median of the voice-to-voice latency (`e2e_latency`), seconds; None without one.
        p95: Its 95th percentile.
        errors: How many `error` events there are.
        closed: The reason of the close, `none` if there is no close event.
        providers: Who served each slot, as `parley log stats --by provider` names it.
        config: The name of the configuration, `-` if the report has none.
        agent: The agent's name, `-` if the report has none.
        tags: The call's tags.
        latencies: All voice-to-voice latencies, seconds, for quantiles over several calls.
        link: Where its timeline is, relative to the page; empty if there is none.
        hint: What makes a timeline, if there is none.
        files: Name and relative URL of what else there is of the call.
    """

    job: str
    began: float | None
    seconds: float | None
    turns: int
    unanswered: int
    replies: int
    interrupted: int
    false_interruptions: int
    p50: float | None
    p95: float | None
    errors: int
    closed: str
    providers: str
    config: str
    agent: str
    tags: list[str]
    latencies: list[float]
    link: str = ""
    hint: str = ""
    files: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


COLUMNS = Row.__slots__
"""The names of a row's values, in the order in which `as_data` has them."""


def row_of(record: Record) -> Row:
    """The row of a call, which leads nowhere yet."""
    numbers = numbers_of(record)
    counts = numbers.counts
    latencies = numbers.values.get(_E2E, [])
    median, high = _quantiles(latencies)
    return Row(
        job=_short(as_text(record.job_id) or str(record.job_id)),
        began=record.began_at,
        seconds=round(numbers.talk.call, 3) if numbers.talk.call <= LONGEST_CALL else None,
        turns=counts["user_turns"],
        unanswered=counts["unanswered"],
        replies=counts["replies"],
        interrupted=counts["interrupted"],
        false_interruptions=counts["false_interruptions"],
        p50=median,
        p95=high,
        errors=counts["errors"],
        closed=_short(next((n.removeprefix(_CLOSE) for n in counts if n.startswith(_CLOSE)), "")),
        providers=_label(record, By.PROVIDER),
        config=_label(record, By.CONFIG),
        agent=_label(record, By.AGENT),
        tags=[_short(tag) for tag in record.tags or []][:20],
        latencies=[round(value, 4) for value in latencies[:MOST_LATENCIES]],
    )


def newest_first(rows: Iterable[Row]) -> list[Row]:
    """Rows in the order of their calls, those without a time last."""
    return sorted(rows, key=lambda row: (-(row.began or 0.0), row.job))


def as_data(rows: Iterable[Row]) -> dict[str, Any]:
    """Rows as JSON values; the names of the columns once, for the sake of size."""
    return {
        "columns": COLUMNS,
        "rows": [[getattr(row, name) for name in COLUMNS] for row in rows],
    }


def _quantiles(values: list[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    found = Values()
    found.extend(values)
    median, high = map(as_number, found.quantiles([0.50, 0.95]))
    return median, high


def _label(record: Record, by: By) -> str:
    return _short(labels(record, by)[0])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "\u2026"
