"""`parley log export parquet`: many calls as tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.export.telling import counted, failed, tell_left_out
from eventlog.plaintext import say
from eventlog.stats.command import Paths

if TYPE_CHECKING:
    from eventlog.export.parquet import Exported

HELP = """\
Calls as Parquet tables, a folder a day, for when one machine is not enough.

\b
Example:
  parley log export parquet sessions/ livekit_reports/ -o lake/
  day=2026-01-22: 14 calls
  day=2026-01-23: 9 calls, in place of what was there
  23 calls, 181 turns, 2120 events below lake
  duckdb -c "FROM 'lake/turns/*/*.parquet'"

Tables: calls, turns (what was said, with what the answer waited for), events (each with its JSON);
docs/export.md has the columns. Days are those of the call's begin, in UTC. A day is replaced as a
whole: export all of its calls together. Needs the extra `lake`: uv pip install 'parley[lake]'.

A path is a file (JSON, JSON Lines, a dump with any number of reports) or a folder, searched as
`parley log stats` does. A call that is found twice counts once. What cannot be read is named on
stderr, and the rest is exported.

Exit code: 0; 1 if the tables could not be written or DuckDB is missing; 2 if nothing could be read.
"""


def parquet(
    paths: Paths,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the tables go.")
    ],
) -> int:
    """Write the tables of some calls."""
    from eventlog.export.calls import Calls
    from eventlog.export.parquet import LakeError, export

    calls = Calls(paths)
    try:
        exported = export(calls, output)
    except LakeError as error:
        return failed(str(error))
    except OSError as error:
        return failed(f"{error.filename or output}: {(error.strerror or str(error)).lower()}")
    tell_left_out(calls)
    _tell_days(exported, output)
    return 0 if exported.rows["calls"] else 2


def _tell_days(exported: Exported, output: Path) -> None:
    for day in exported.days:
        before = ", in place of what was there" if day.before else ""
        say(sys.stdout, f"day={day.day}: {counted(day.calls, 'call')}{before}")
    if exported.days:
        tables = ("calls", "turns", "events")
        counts = ", ".join(counted(exported.rows[table], table[:-1]) for table in tables)
        say(sys.stdout, f"{counts} below {output}")
