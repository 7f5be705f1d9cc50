"""Reading reports from files that may be anything."""

import json
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog import dump, reader
from eventlog.reader import LoggedReport, Origin, ReadError
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dump_text, dumped, ours

MINIMAL = {"job_id": "j", "events": []}


def written(tmp_path, content, name="log.txt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problem_of(path):
    with pytest.raises(ReadError) as caught:
        reader.read(path)
    return caught.value


def test_the_real_dump_is_one_report_of_livekit_1_3():
    [report] = reader.read(DUMP_FILE)
    assert (report.origin, report.index, report.source) == (Origin.LIVEKIT_1_3, 0, DUMP_FILE)
    assert len(report.data["events"]) == 41


@pytest.mark.parametrize("path", LIVEKIT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_livekits_lines_are_told_apart_by_their_keys(path):
    expected = Origin.LIVEKIT_1_3 if path.parent.name == "1.3.12" else Origin.LIVEKIT_NEWER
    assert [report.origin for report in reader.read(path)] == [expected]


def test_our_reports_are_known_by_their_schema(tmp_path):
    assert reader.read(written(tmp_path, json.dumps(ours())))[0].origin is Origin.PARLEY


def test_json_lines_with_a_bom_and_windows_line_ends(tmp_path):
    line = json.dumps(MINIMAL)
    path = written(tmp_path, b"\xef\xbb\xbf" + f"{line}\r\n{line}\r\n".encode())
    assert [report.index for report in reader.read(path)] == [0, 1]


def test_the_dump_with_windows_line_ends(tmp_path):
    assert reader.read(written(tmp_path, dump_text().replace("\n", "\r\n")))[0].data == dumped()


def test_utf_16_as_powershell_redirects_it(tmp_path):
    assert reader.read(written(tmp_path, dump_text().encode("utf-16")))[0].data == dumped()


def test_a_truncated_last_entry_names_its_line_and_leaves_the_others(tmp_path):
    whole = dump_text()
    error = problem_of(written(tmp_path, whole + whole[:2000]))
    assert len(error.reports) == 1
    assert error.line == (whole + whole[:2000]).rstrip().count("\n") + 1
    assert "line 550 is cut off" in error.problem


def test_every_cut_of_a_report_is_an_error_and_never_a_report(tmp_path):
    whole = json.dumps(MINIMAL | {"timestamp": 12.5, "text": 'a "quoted" é'}, indent=1)
    for size in range(1, len(whole)):
        assert problem_of(written(tmp_path, whole[:size])).line is not None


def test_a_tree_of_sessions_gives_each_report_in_order(tmp_path):
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, json.dumps(MINIMAL | {"job_id": name}), "report.json")
        written(tmp_path / name, "{}", "journal.jsonl")
    assert [report.data["job_id"] for report in reader.read(tmp_path)] == ["a", "b"]
    assert [report.data["job_id"] for report in reader.read(tmp_path / "b")] == ["b"]


def test_a_folder_without_reports_says_so(tmp_path):
    assert "no report.json" in problem_of(tmp_path).problem


def test_a_folder_that_may_not_be_opened_is_an_error_and_not_an_empty_one(tmp_path, monkeypatch):
    for name in ("closed", "open"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, json.dumps(MINIMAL), "report.json")
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    error = problem_of(tmp_path)
    assert str(error) == f"{tmp_path / 'closed'}: permission denied"
    assert len(error.reports) == 1


def test_iter_reports_gives_failures_in_their_place(tmp_path):
    good = written(tmp_path, json.dumps(MINIMAL))
    found = list(reader.iter_reports([good, tmp_path / "missing", good]))
    assert [type(one) for one in found] == [LoggedReport, ReadError, LoggedReport]


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"", None, "empty"),
        (b" \r\n\n", None, "empty"),
        (b"\x00\x01\xfe\xff" * 50, 1, "not a text file"),
        (b"\n\n\xff", 3, "not a text file"),
        (b"\x7fELF\x00\x00", 1, "not JSON"),
        (b"[" * 100_000, 1, "nested too deeply"),
        (b'{"a":' * 100_000, 1, "nested too deeply"),
        (b'{"job_id": "x", "events": [' + b"[" * 200 + b"]" * 200 + b"]}", 1, "nested more than"),
        (b'{"job_id": "x", "events": [], "n": ' + b"9" * 100_000 + b"}", 1, "digits"),
        (b'{"job_id": "x", "job_id": "y", "events": []}', 1, "given twice"),
        (b"\n[]", 2, "a report is a JSON object"),
        (b"12", 1, "a report is a JSON object"),
        (b'{"events": []}', 1, "no `job_id`"),
        (b'{"job_id": "x", "events": {}}', 1, "no list `events`"),
        (b'{"job_id": "x", "events"', 1, "cut off"),
        (b'{"job_id": "x"\n"events": []}\n', 2, "not JSON"),
    ],
)
def test_what_is_no_report_is_a_named_problem(tmp_path, content, line, problem):
    error = problem_of(written(tmp_path, content))
    assert (error.line, problem in error.problem) == (line, True), error
    assert error.reports == []


def test_the_lines_of_another_log_are_one_problem_and_not_thousands(tmp_path):
    path = written(tmp_path, '{"signal": "x"}\n' * 5000 + json.dumps(MINIMAL) + "\n1\n")
    kinds = [str(found) if isinstance(found, ReadError) else "ok" for found in reader.scan(path)]
    assert kinds == [
        f"{path}:1: not a session report: it has no `job_id`, nor is anything down to line 5000",
        "ok",
        f"{path}:5002: not a session report: a report is a JSON object",
    ]


def test_many_keys_of_which_one_is_given_twice_take_no_long_time(tmp_path):
    keys = ",".join(f'"k{n}": 0' for n in range(300_000))
    error = problem_of(written(tmp_path, "{" + keys + ',"k299999": 1}'))
    assert "'k299999' is given twice" in error.problem


def test_numbers_that_json_does_not_have_are_left_to_the_checker(tmp_path):
    path = written(tmp_path, '{"job_id": "x", "events": [], "timestamp": NaN, "room": 1e999}')
    assert len(reader.read(path)) == 1


def test_special_files_are_refused_and_do_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert problem_of(tmp_path / "pipe").problem == "not a regular file"
    assert problem_of("/dev/zero").problem == "not a regular file"


def test_a_path_that_cannot_be_one_is_an_error():
    assert problem_of("a\0b").line is None
    assert "no such file" in problem_of("/no/such/file").problem


def test_a_file_of_ever_deeper_openings_is_given_up_in_time(tmp_path):
    path = written(tmp_path, '{"a":[\n' * 200_000)
    begin = time.perf_counter()
    found = list(reader.scan(path))
    assert len(found) == dump.MAX_DAMAGED_ENTRIES + 1
    assert time.perf_counter() - begin < 10


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_no_bytes_raise_anything_but_a_read_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "log"
    path.write_bytes(content)
    for found in reader.scan(path):
        assert isinstance(found, (LoggedReport, ReadError))
