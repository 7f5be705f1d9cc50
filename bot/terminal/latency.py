"""Where each turn's time went, as a table of parts that sum to what the user waited."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from eventlog.plaintext import clean

SUM_TOLERANCE = 1e-3
"""How far the parts of a turn may be from its whole, in seconds."""

_TITLE = "Voice to voice, in ms"
# Characters of what the user said.
_LEAST_ASKED, _LEAST_ASKED_AND_CUT, _MOST_ASKED = 9, 20, 45


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """The wait between the user's last word and the bot's first one.

    Attributes:
        asked: What the user said; empty if the report does not have the message.
        parts: Each stage's seconds, in the order in which they passed.
        e2e: The whole, in seconds.
        item_e2e: The whole as the metrics of the bot's message have it, None without them.
        interrupted: Whether the answer was cut off.
    """

    asked: str
    parts: Mapping[str, float]
    e2e: float
    item_e2e: float | None = None
    interrupted: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the parts sum to the whole, and both places of the report agree on it."""
        whole = self.e2e if self.item_e2e is None else self.item_e2e
        total = math.fsum(self.parts.values())
        return all(abs(sum_ - self.e2e) <= SUM_TOLERANCE for sum_ in (total, whole))


def turn_latencies(report: Mapping[str, Any]) -> list[TurnLatency]:
    """Read the turns of a report of ours; another's has none."""
    items = {item["id"]: item for item in report["chat_history"]["items"]}
    turns: list[Mapping[str, Any]] = report.get("parley", {}).get("turns", [])
    return [_turn(turn, items) for turn in turns]


def latency_table(turns: list[TurnLatency], width: int = 110) -> Table:
    """Lay out turns as a table, in milliseconds, with a mark on what does not add up.

    Args:
        turns: The turns, in the order of the call.
        width: The terminal's; what the user said is shortened to what is left beside the numbers.
    """
    names = list(dict.fromkeys(name for turn in turns for name in turn.parts))
    rows = [[*(_part(turn, name) for name in names), _whole(turn)] for turn in turns]
    columns = list(zip([*names, "e2e"], *rows, strict=True))
    numbers = sum(1 + max(map(len, column)) for column in columns)
    table = Table(
        box=None, padding=(0, 1, 0, 0), pad_edge=False, title=_TITLE, title_justify="left"
    )
    table.add_column("answer to", no_wrap=True)
    for header, *_ in columns:
        table.add_column(header, justify="right", no_wrap=True)
    for turn, row in zip(turns, rows, strict=True):
        table.add_row(_asked(turn, max(width - numbers, _LEAST_ASKED)), *row)
    if not all(turn.adds_up for turn in turns):
        table.caption = "! the parts do not add up to the whole: please report this"
    return table


def _asked(turn: TurnLatency, room: int) -> Text:
    cut = " (cut)" if turn.interrupted and room >= _LEAST_ASKED_AND_CUT else ""
    room = min(room, _MOST_ASKED) - len(cut)
    text = clean(turn.asked)
    return Text(text if len(text) <= room else f"{text[: room - 1]}\u2026") + Text(cut, "yellow")


def _part(turn: TurnLatency, name: str) -> str:
    return _ms(turn.parts[name]) if name in turn.parts else ""


def _whole(turn: TurnLatency) -> str:
    return _ms(turn.e2e) + ("" if turn.adds_up else "!")


def _turn(turn: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]) -> TurnLatency:
    parts: dict[str, float] = {}
    for part in turn["parts"]:
        parts[part["name"]] = parts.get(part["name"], 0.0) + part["seconds"]
    user, answer = items.get(turn["user_item"], {}), items.get(turn["assistant_item"], {})
    return TurnLatency(
        asked=" ".join(text for text in user.get("content", ()) if isinstance(text, str)),
        parts=parts,
        e2e=turn["e2e_latency"],
        item_e2e=answer.get("metrics", {}).get("e2e_latency"),
        interrupted=answer.get("interrupted") is True,
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
