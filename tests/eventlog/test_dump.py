"""The text form of a report: what people keep in one growing file."""

import json
import os
import stat
import threading
from datetime import datetime

import pytest

from eventlog import dump
from tests.eventlog.reading import dump_text

NOON = datetime(2026, 2, 8, 12, 0, 0, 5)
REPORT = {"job_id": "a", "events": [], "text": "naïve ✓", "number": 0.1}


def test_the_real_dump_comes_back_byte_for_byte():
    entries = dump.parse(dump_text())
    assert "".join(dump.render(entry.report, entry.at) for entry in entries) == dump_text()


def test_an_entry_knows_its_local_time_and_its_line():
    entry = dump.parse(dump_text())[0]
    assert entry.at == datetime(2026, 2, 8, 13, 19, 4, 388731)
    assert entry.line == 3


def test_several_entries_appended_to_one_file_are_read_in_order(tmp_path):
    path = tmp_path / "folder" / "below" / "dump.txt"
    later = NOON.replace(hour=13)
    dump.append(path, REPORT, NOON)
    dump.append(path, REPORT | {"job_id": "b"}, later)
    entries = dump.parse(path.read_text())
    assert [(entry.at, entry.report["job_id"]) for entry in entries] == [(NOON, "a"), (later, "b")]


def test_the_file_and_the_folders_made_for_it_are_private(tmp_path):
    path = tmp_path / "folder" / "below" / "dump.txt"
    dump.append(path, REPORT, NOON)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


def test_an_entry_goes_out_in_one_write(tmp_path, monkeypatch):
    sizes = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: sizes.append(len(data)) or write(fd, data))
    dump.append(tmp_path / "dump.txt", REPORT | {"text": "x" * 300_000}, NOON)
    assert sizes == [(tmp_path / "dump.txt").stat().st_size]


def test_calls_that_end_together_do_not_mix_their_lines(tmp_path):
    path = tmp_path / "dump.txt"
    report = {"events": list(range(5000))}
    writers = [
        threading.Thread(target=dump.append, args=(path, report | {"job_id": str(n)}, NOON))
        for n in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {entry.report["job_id"] for entry in dump.parse(path.read_text())} == set("01234567")


def test_a_short_write_is_continued(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:100]))
    dump.append(tmp_path / "dump.txt", REPORT, NOON)
    assert (tmp_path / "dump.txt").read_text() == dump.render(REPORT, NOON)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_not_written(tmp_path, value):
    with pytest.raises(ValueError):
        dump.append(tmp_path / "dump.txt", {"timestamp": value}, NOON)
    assert not (tmp_path / "dump.txt").exists()


def test_a_banner_without_a_readable_time_gives_an_entry_without_one():
    entries = dump.parse("--- NEW SESSION DUMP: yesterday ---\n{}\n{}\n")
    assert [entry.at for entry in entries] == [None, None]


def test_plain_json_and_json_lines_are_dumps_without_banners():
    assert [entry.line for entry in dump.parse('{"a": 1}\n\n{"b": 2}\n')] == [1, 3]
    assert dump.parse(json.dumps(REPORT, indent=4))[0].report == REPORT


def test_a_damaged_entry_costs_itself_and_no_other():
    whole = dump.render(REPORT, NOON)
    found = list(dump.scan(whole + whole[:60] + whole))
    assert [type(entry) for entry in found] == [dump.DumpEntry, dump.DumpError, dump.DumpEntry]
    with pytest.raises(dump.DumpError):
        dump.parse(whole + whole[:60])
