"""Tables of many calls, and the queries of docs/export.md over them."""

import json
import re
import shutil
import statistics
import sys
import tracemalloc
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from eventlog.export import parquet
from eventlog.export.calls import Calls
from eventlog.export.tables import TABLES
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.export.lake import asked, run, table
from tests.eventlog.reading import DUMP_FILE, dump_text, dumped
from tests.eventlog.stats.many import ALL, raw_items, raw_reports, tree

DOCS = Path(__file__).parents[3] / "docs" / "export.md"


def queries():
    return re.findall(r"^```sql\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.M | re.S)


def day_of(report):
    return datetime.fromtimestamp(report["events"][0]["created_at"], UTC).date()


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "lake"
    done = run(*ALL, "-o", folder)
    assert (done.exit_code, done.stderr) == (0, "")
    return folder


def test_the_query_of_the_docs_says_what_the_raw_reports_say(lake):
    waits, calls, cut = defaultdict(list), defaultdict(set), defaultdict(list)
    for report in raw_reports():
        for item in raw_items([report], "assistant"):
            if "e2e_latency" in item["metrics"]:
                waits[day_of(report)].append(item["metrics"]["e2e_latency"])
                cut[day_of(report)].append(item["interrupted"])
                calls[day_of(report)].add(report["events"][0]["created_at"])
    found = asked(lake, queries()[0])
    assert [row[0] for row in found] == sorted(waits)
    assert len(found) == 3
    for day, number, answers, p50, p95, llm, cut_off in found:
        assert (number, answers) == (len(calls[day]), len(waits[day]))
        percentiles = statistics.quantiles(waits[day], n=100, method="inclusive")
        assert p50 == pytest.approx(percentiles[49], abs=0.0006)
        assert p95 == pytest.approx(percentiles[94], abs=0.0006)
        assert cut_off == pytest.approx(statistics.mean(cut[day]), abs=0.0006)
        assert 0 < llm < p95


def test_the_query_of_errors_finds_them_in_the_payloads(lake):
    raw = Counter(
        event["error"]["type"]
        for report in raw_reports()
        for event in report["events"]
        if event["type"] == "error"
    )
    assert dict(asked(lake, queries()[1])) == raw


def test_every_event_is_there_whole_with_its_time_in_microseconds(lake):
    rows = table(lake, "events", "payload, epoch_us(created_at), type, event")
    raw = [
        (event, round(event["created_at"] * 1e6), event["type"], index)
        for report in raw_reports()
        for index, event in enumerate(report["events"])
    ]
    assert sorted((json.dumps(json.loads(p)), at, kind, n) for p, at, kind, n in rows) == sorted(
        (json.dumps(event), at, kind, n) for event, at, kind, n in raw
    )


def test_every_message_is_in_one_turn_and_the_parts_sum_to_the_latency(lake):
    users, replies = (
        sorted(item["id"] for item in raw_items(raw_reports(), role))
        for role in ("user", "assistant")
    )
    rows = table(lake, "turns", "user_item, reply_item")
    assert sorted(user for user, _ in rows if user) == users
    assert sorted(reply for _, reply in rows if reply) == replies
    parts = " + ".join(
        f"coalesce({name}, 0)" for name in TABLES["turns"] if name.startswith("part_")
    )
    for latency, total in table(lake, "turns", f"e2e_latency, {parts}"):
        assert total == pytest.approx(latency or 0.0, abs=1e-9)


def test_calls_have_their_counts_and_providers(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(drawn.everything() | {"tags": ["a", "b"], "agent_name": "ann"}))
    assert run(path, "-o", tmp_path / "lake").exit_code == 0
    columns = (
        "job_id, origin, agent_name, user_turns, replies, interrupted, false_interruptions, errors,"
        "tool_calls, close_reason, llm_provider, llm_model, tags, duration, tables_schema, day"
    )
    [row] = table(tmp_path / "lake", "calls", columns)
    assert row[:13] == (
        "job", "parley", "ann", 2, 3, 1, 1, 1, 2, "user_initiated", "openai", "gpt-4.1", ["a", "b"],
    )  # fmt: skip
    assert row[13] == pytest.approx(29.9)
    assert row[14] == 1
    assert row[15] == datetime.fromtimestamp(drawn.BEGIN, UTC).date()


def test_the_columns_have_the_types_that_are_promised(lake):
    names = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}
    for name, columns in TABLES.items():
        source = f"read_parquet('{lake}/{name}/*/*.parquet')"
        told = {row[0]: row[1] for row in asked(lake, f"DESCRIBE SELECT * FROM {source}")}
        assert told.pop("day", "DATE") == "DATE"
        assert told == {column: names.get(kind, kind) for column, kind in columns.items()}


def test_the_docs_name_every_column():
    text = DOCS.read_text(encoding="utf-8")
    abbreviated = re.compile(r"(llm|tts|realtime)_(provider|model)$")
    for columns in TABLES.values():
        for column in columns:
            assert f"`{column}`" in text or abbreviated.search(column), column


def test_each_file_says_the_version_of_its_schema(lake):
    found = asked(lake, f"SELECT key, value FROM parquet_kv_metadata('{lake}/*/*/*.parquet')")
    assert set(found) == {(b"parley_tables_schema", b"1")}


def test_a_call_that_lies_there_twice_counts_once(tmp_path):
    tree(tmp_path / "calls")
    done = run(tmp_path / "calls", "-o", tmp_path / "lake")
    # Of the eight reports two are copies in the dump, and two more folders hold the same call.
    assert "3 reports of calls that had come before, left out" in done.stderr
    assert len(table(tmp_path / "lake", "calls")) == 5


def test_what_cannot_be_read_is_counted_and_named_and_the_rest_is_there(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "cut.txt").write_text(dump_text() + dump_text()[:900])
    done = run(tmp_path / "bad.json", tmp_path / "cut.txt", "-o", tmp_path / "lake")
    assert done.exit_code == 0
    assert "warning: 2 not readable" in done.stderr
    assert f"{tmp_path}/bad.json" in done.stderr
    assert len(table(tmp_path / "lake", "calls")) == 1


def test_nothing_readable_is_exit_code_2_and_no_table(tmp_path):
    done = run(tmp_path / "missing", "-o", tmp_path / "lake")
    assert (done.exit_code, done.stdout) == (2, "")
    assert not list((tmp_path / "lake").iterdir())


def test_a_hostile_report_is_a_row_like_others(tmp_path):
    path = tmp_path / "hostile.json"
    weird = drawn.hostile()
    weird["events"].insert(1, {"type": "close", "created_at": drawn.BEGIN, "x": float("nan")})
    path.write_text(json.dumps(weird))
    assert run(path, "-o", tmp_path / "it's a 'lake'").exit_code == 0
    lake = tmp_path / "it's a 'lake'"
    shutil.move(lake, tmp_path / "lake")
    [(room,)] = table(tmp_path / "lake", "calls", "room")
    assert room == drawn.EVIL
    texts = {text for (text,) in table(tmp_path / "lake", "turns", "user_text")}
    assert {drawn.EVIL, drawn.RIGHT_TO_LEFT, drawn.LONG, "\ufffd half a pair"} <= texts
    for (payload,) in table(tmp_path / "lake", "events", "payload"):
        json.loads(payload, parse_constant=lambda name: pytest.fail(name))


def test_what_duckdb_cannot_do_is_said_in_its_words(tmp_path, monkeypatch):
    def fail(*args):
        raise duckdb.IOException("IO Error: no space")

    monkeypatch.setattr(parquet, "_write_table", fail)
    done = run(DUMP_FILE, "-o", tmp_path / "lake")
    assert (done.exit_code, done.stderr) == (1, "DuckDB: IO Error: no space\n")
    assert not list((tmp_path / "lake").iterdir())


def test_without_duckdb_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    done = run(DUMP_FILE, "-o", tmp_path / "lake")
    assert done.exit_code == 1
    assert "uv pip install 'parley[lake]'" in done.stderr
    assert not (tmp_path / "lake").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "lake").write_text("a file")
    done = run(DUMP_FILE, "-o", tmp_path / "lake")
    assert done.exit_code == 1
    assert f"{tmp_path}/lake" in done.stderr


def test_memory_is_flat_in_the_number_of_reports(tmp_path):
    def peak(number):
        folder = tmp_path / f"{number} calls"
        folder.mkdir()
        for each in range(number):
            report = dumped() | {"job_id": f"job-{each}"}
            (folder / f"{each}.json").write_text(json.dumps(report))
        tracemalloc.start()
        exported = parquet.export(Calls([folder]), tmp_path / f"lake of {number}")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert exported.rows["calls"] == number
        return most

    peak(2)  # what is imported at first use is not memory of a report
    assert peak(100) < 1.5 * peak(10)
