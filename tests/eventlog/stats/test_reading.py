"""Records out of files that are as they should be, and out of all others."""

import json
import os

import pytest

from eventlog.reader import ReadError
from eventlog.stats.call import numbers_of
from eventlog.stats.files import find
from eventlog.stats.reading import records
from eventlog.stats.record import Record
from tests.eventlog.reading import dump_text, dumped, ours


def written(tmp_path, text, name="calls.json"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def split(path):
    found = list(records(str(path)))
    bad = [each for each in found if isinstance(each, ReadError)]
    return [each for each in found if isinstance(each, Record)], bad


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_all_reports_of_a_dump_are_read(tmp_path, line_end):
    good, bad = split(written(tmp_path, (dump_text() * 3).replace("\n", line_end)))
    assert (len(good), bad) == (3, [])


def test_reports_one_after_another_without_banners_are_read(tmp_path):
    good, bad = split(written(tmp_path, json.dumps(dumped(), indent=1) * 2))
    assert (len(good), bad) == (2, [])


def test_a_report_in_the_encoding_of_powershell_is_read(tmp_path):
    good, bad = split(written(tmp_path, json.dumps(dumped()).encode("utf-16")))
    assert (len(good), bad) == (1, [])


def test_one_damaged_entry_costs_no_other(tmp_path):
    text = dump_text()
    good, bad = split(written(tmp_path, text + text[: len(text) // 2] + text))
    assert len(good) == 2
    assert "cut off" in str(bad[0]) or "not JSON" in str(bad[0])


def test_one_value_of_another_type_costs_only_itself(tmp_path):
    report = dumped()
    items = [event["item"] for event in report["events"] if "item" in event]
    items[1]["metrics"]["end_of_turn_delay"] = "slow"
    items[0]["interrupted"] = None
    report["events"][0]["created_at"] = "early"
    [odd], [] = split(written(tmp_path, json.dumps(report)))
    [good], [] = split(written(tmp_path, json.dumps(dumped()), "good.json"))
    expected = numbers_of(good)
    found = numbers_of(odd)
    assert found.values.pop("end_of_turn_delay") == expected.values.pop("end_of_turn_delay")[1:]
    del found.values["call_duration"], expected.values["call_duration"]
    assert found.values == expected.values
    assert found.counts == expected.counts


def test_our_parts_survive_an_odd_value(tmp_path):
    report = ours() | {"duration_ms": [], "agent_name": 7}
    [odd], [] = split(written(tmp_path, json.dumps(report)))
    assert numbers_of(odd).values["turn.endpointing"] == [0.5]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"job_id": 1}', "nothing", b"\xff\x00\xd8", "[" * 9999]
)
def test_what_is_no_report_is_one_error(tmp_path, text):
    good, bad = split(written(tmp_path, text))
    assert (good, len(bad)) == ([], 1)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    good, bad = split(tmp_path / "pipe")
    assert (good, [each.problem for each in bad]) == ([], ["not a regular file"])


def test_only_the_report_counts_in_the_folder_of_a_call(tmp_path):
    for name in ("report.json", "llm.jsonl", "log.txt"):
        written(tmp_path, "{}", name)
    assert list(find([tmp_path])) == [str(tmp_path / "report.json")]


def test_a_call_with_a_journal_alone_is_told_with_its_remedy(tmp_path):
    written(tmp_path, "{}", "journal.jsonl")
    [error] = find([tmp_path])
    assert isinstance(error, ReadError)
    assert "parley log recover" in error.problem


def test_a_folder_without_reports_is_told(tmp_path):
    [error] = find([tmp_path])
    assert str(error) == f"{tmp_path}: no report in this folder or below it"
