"""Tables that were exported, asked by DuckDB."""

import duckdb
from typer.testing import CliRunner

from eventlog.commands import app


def run(*args):
    return CliRunner().invoke(app, ["export", "parquet", *(str(arg) for arg in args)])


def asked(folder, query):
    with duckdb.connect(":memory:") as lake:
        return lake.execute(query.replace("'lake/", f"'{folder}/")).fetchall()


def table(folder, name, columns="*"):
    source = f"read_parquet('{folder}/{name}/*/*.parquet', hive_partitioning = true)"
    return asked(folder, f"SELECT {columns} FROM {source}")
