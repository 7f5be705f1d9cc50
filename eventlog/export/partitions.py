"""Days of tables, put in the place of those that were there before.

A table is a folder of folders `day=2026-01-22`. Each is made elsewhere and moved here whole, so
that a query meets the old day or the new one and never half of either, whenever the export ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eventlog.export.tables import TABLES


@dataclass(frozen=True, slots=True)
class Replaced:
    """A day that was written: its calls, and whether one was there before."""

    day: str
    calls: int
    before: bool


def put_in_place(staging: Path, folder: Path, days: Mapping[str, int]) -> list[Replaced]:
    """Move each day of each table from `staging` to `folder`.

    A table in which the day has no rows any more loses what it had of it.

    Raises:
        OSError: A day cannot be moved; those before it are in their places.
    """
    made = staging / "tables"
    _make_private(made)
    old = staging / "old"
    found: list[Replaced] = []
    for day, calls in sorted(days.items()):
        before = False
        for table in TABLES:
            name = f"{table}/day={day}"
            before = _exchange(made / name, folder / name, old / name) or before
        found.append(Replaced(day, calls, before))
    return found


def _exchange(new: Path, place: Path, old: Path) -> bool:
    """Put a folder in the place of another one; whether there was another one."""
    before = place.exists()
    old.parent.mkdir(parents=True, exist_ok=True)
    try:
        if before:
            place.rename(old)
        if new.exists():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            new.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise
    return before


def _make_private(folder: Path) -> None:
    """Take from everybody else what DuckDB let them have."""
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
