"""`parley log export parquet`: many calls as three Parquet tables, a folder a day.

One machine reads ten thousand reports; a year of a call centre is for DuckDB, Spark and their
like, and those read Parquet. The rows go to a file each, and DuckDB, which is only imported
here, makes the tables of that: nothing but the call at hand is ever in memory.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

from eventlog.export.partitions import Replaced, put_in_place
from eventlog.export.tables import MOMENT, TABLES, TABLES_SCHEMA, Row, rows_of
from eventlog.reader import LoggedReport
from eventlog.view import View

if TYPE_CHECKING:
    import duckdb

STAGING = ".parley-export-"
"""What the folder begins with in which the tables are made; queries for `*` do not see it."""
LAST_DAY = "__HIVE_DEFAULT_PARTITION__"
"""How the day of calls without a time is called, in Hive and in what came after it."""

_WHOLE_LINE = 16 * 2**20  # DuckDB's own limit for a line, in bytes
_AT_ONCE = 16_384  # rows of a day that are held until they are written
_READ_AS = {MOMENT: "BIGINT"}


class LakeError(Exception):
    """DuckDB could not write the tables; the message says why."""


class LakeMissingError(LakeError):
    """DuckDB, the extra `lake`, is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "DuckDB, which writes Parquet, is not installed; install the extra: "
            "uv pip install 'parley[lake]'"
        )


@dataclass
class Exported:
    """What was written: the days with their calls, and how many rows each table got."""

    days: list[Replaced] = field(default_factory=list[Replaced])
    rows: Counter[str] = field(default_factory=Counter[str])


def export(calls: Iterable[tuple[LoggedReport, View]], folder: Path) -> Exported:
    """Write the tables of some calls below a folder; a day that was there before is replaced.

    Raises:
        LakeMissingError: DuckDB is not installed.
        LakeError: DuckDB could not write them.
        OSError: They cannot be written; no day is there half.
    """
    if find_spec("duckdb") is None:
        raise LakeMissingError
    _make_private(folder)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=folder))
    try:
        rows, days, longest = _write_rows(calls, staging)
        _write_tables(staging, longest)
        return Exported(put_in_place(staging, folder, days), rows)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write_rows(
    calls: Iterable[tuple[LoggedReport, View]], staging: Path
) -> tuple[Counter[str], Counter[str], int]:
    """Write the rows as JSON Lines; how many a table, how many calls a day, the longest line."""
    rows: Counter[str] = Counter()
    days: Counter[str] = Counter()
    longest = 0
    files = {table: (staging / f"{table}.jsonl").open("w", encoding="ascii") for table in TABLES}
    try:
        for report, view in calls:
            for table, row in rows_of(report, view):
                longest = max(longest, _write_row(files[table], row))
                rows[table] += 1
                if table == "calls":
                    days[row["day"] or LAST_DAY] += 1
    finally:
        for file in files.values():
            file.close()
    return rows, days, longest


def _write_row(file: IO[str], row: Row) -> int:
    return file.write(json.dumps(row) + "\n")


def _write_tables(staging: Path, longest: int) -> None:
    import duckdb

    try:
        # What it needs is in its wheel: it is not to look for more on the network.
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as lake:
            lake.execute("SET memory_limit = '1GB'")
            lake.execute("SET temp_directory = ?", [str(staging / "spill")])
            lake.execute("SET threads = 2")
            lake.execute(f"SET partitioned_write_flush_threshold = {_AT_ONCE}")
            for table in TABLES:
                _write_table(lake, staging, table, longest)
    except duckdb.Error as error:
        raise LakeError(f"DuckDB: {error}") from error


def _write_table(lake: duckdb.DuckDBPyConnection, staging: Path, table: str, longest: int) -> None:
    columns = TABLES[table]
    read = {name: _READ_AS.get(kind, kind) for name, kind in columns.items()}
    shape = ", ".join(f"'{name}': '{kind}'" for name, kind in (read | {"day": "DATE"}).items())
    chosen = ", ".join(
        f'make_timestamptz("{name}") AS "{name}"' if kind == MOMENT else f'"{name}"'
        for name, kind in columns.items()
    )
    source, target = staging / f"{table}.jsonl", staging / "tables" / table
    target.parent.mkdir(exist_ok=True)
    if not source.stat().st_size:
        return
    lake.execute(
        f"""
        COPY (
            SELECT {chosen}, day FROM read_json(
                '{_quoted(source)}', format = 'newline_delimited', columns = {{{shape}}},
                maximum_object_size = {max(longest + 1, _WHOLE_LINE)}
            )
        ) TO '{_quoted(target)}' (
            FORMAT parquet, PARTITION_BY (day), COMPRESSION zstd, FILENAME_PATTERN 'part-{{i}}',
            ROW_GROUP_SIZE {_AT_ONCE},
            KV_METADATA {{parley_tables_schema: '{TABLES_SCHEMA}'}}
        )
        """  # noqa: S608 - the names are our own, and the paths are quoted
    )
    source.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
