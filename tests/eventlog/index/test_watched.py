"""The calls of a store that grows, as a page asks for them."""

import json
import os

import pytest

from eventlog import file_lock
from eventlog.index import watched
from eventlog.index.collect import collect
from eventlog.index.watched import WatchedCalls
from tests.eventlog.index.stores import call, store, varied


def asked(calls, since="", under_way=()):
    data = json.loads(calls.as_json(since, under_way))
    if "rows" in data:
        data["rows"] = [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
    return data


def watch(folder):
    return WatchedCalls(folder, "sessions/")


def test_a_store_that_is_not_there_yet_has_no_calls(tmp_path):
    data = asked(watch(tmp_path / "sessions"))
    assert (data["rows"], data["unreadable"]) == ([], 0)


def test_the_newest_call_is_first_and_leads_to_its_timeline_and_files(tmp_path):
    store(tmp_path, [call(0, at=0), call(1, at=90)])
    (tmp_path / "call-00001" / "log.txt").write_text("x")
    first, second = asked(watch(tmp_path))["rows"]
    assert [first["job"], second["job"]] == ["call-00001", "call-00000"]
    assert first["link"] == "sessions/call-00001/timeline.html"
    assert first["files"] == [
        ["report", "sessions/call-00001/report.json"],
        ["log", "sessions/call-00001/log.txt"],
    ]


def test_who_has_the_newest_version_is_told_only_that(tmp_path):
    store(tmp_path, varied(2))
    calls = watch(tmp_path)
    version = asked(calls)["version"]
    assert asked(calls, version) == {"version": version}
    assert len(asked(calls, "another run's")["rows"]) == 2


def test_only_what_is_new_or_changed_is_read(tmp_path, monkeypatch):
    store(tmp_path, [call(n) for n in range(3)])
    read, real = [], watched.read_calls
    monkeypatch.setattr(watched, "read_calls", lambda file: read.append(file) or real(file))
    calls = watch(tmp_path)
    version = asked(calls)["version"]
    assert len(read) == 3
    store(tmp_path / "new", [call(7, errors=2)])
    (tmp_path / "new" / "call-00000").rename(tmp_path / "call-7")
    changed = tmp_path / "call-00001" / "report.json"
    changed.write_text(json.dumps(call(1, errors=5)))
    data = asked(calls, version)
    assert sorted(read[3:]) == [str(changed), str(tmp_path / "call-7" / "report.json")]
    assert sorted(row["errors"] for row in data["rows"]) == [0, 0, 2, 5]


def test_a_call_that_is_gone_is_gone(tmp_path):
    store(tmp_path, [call(0)])
    calls = watch(tmp_path)
    version = asked(calls)["version"]
    (tmp_path / "call-00000" / "report.json").unlink()
    (tmp_path / "call-00000").rmdir()
    assert asked(calls, version)["rows"] == []


def test_a_killed_call_is_told_and_one_under_way_is_not(tmp_path):
    (tmp_path / "a1").mkdir()
    (tmp_path / "a1" / "journal.jsonl").write_text("{}\n")
    calls = watch(tmp_path)
    during = asked(calls, under_way={"a1"})
    assert during["unreadable"] == 0
    after = asked(calls, during["version"])
    [problem] = after["problems"]
    assert f"parley log recover {tmp_path / 'a1'}" in problem
    assert asked(calls, after["version"]) == {"version": after["version"]}


def test_a_damaged_report_is_told(tmp_path):
    store(tmp_path, [call(0), call(1)])
    (tmp_path / "call-00001" / "report.json").write_text("{")
    data = asked(watch(tmp_path))
    assert len(data["rows"]) == 1
    assert "call-00001" in data["problems"][0]


def test_links_are_not_followed(tmp_path):
    store(tmp_path / "elsewhere", [call(0), call(1)])
    place = tmp_path / "sessions"
    (place / "b").mkdir(parents=True)
    (place / "a").symlink_to(tmp_path / "elsewhere" / "call-00000")
    (place / "b" / "report.json").symlink_to(tmp_path / "elsewhere" / "call-00001" / "report.json")
    calls = watch(place)
    data = asked(calls)
    assert data["rows"] == []
    assert "links are not followed" in data["problems"][0]


def test_a_store_below_a_link_is_one_all_the_same(tmp_path):
    store(tmp_path / "real", [call(0)])
    (tmp_path / "sessions").symlink_to(tmp_path / "real")
    assert len(asked(watch(tmp_path / "sessions"))["rows"]) == 1


def test_hidden_folders_are_left_alone(tmp_path):
    store(tmp_path / ".trash", [call(0)])
    store(tmp_path, [call(1)])
    (tmp_path / "call-00000").rename(tmp_path / ".hidden")
    assert asked(watch(tmp_path))["rows"] == []


def test_calls_are_found_to_the_bottom_of_the_tree(tmp_path):
    store(tmp_path / "2026" / "by day" / "ä%20", [call(0)])
    store(tmp_path, [call(1, at=-60)])
    calls = watch(tmp_path)
    data = asked(calls)
    assert [row["link"] for row in data["rows"]] == [
        "sessions/2026/by%20day/%C3%A4%2520/call-00000/timeline.html",
        "sessions/call-00000/timeline.html",
    ]
    assert data["rows"][0]["files"] == [
        ["report", "sessions/2026/by%20day/%C3%A4%2520/call-00000/report.json"]
    ]
    store(tmp_path / "2026" / "another", [call(2, errors=4)])
    assert [row["errors"] for row in asked(calls, data["version"])["rows"]] == [0, 4, 0]


def test_the_reports_of_other_files_are_in_the_table_too(tmp_path):
    (tmp_path / "livekit").mkdir()
    (tmp_path / "livekit" / "two.jsonl").write_text(
        "\n".join(json.dumps(call(n, at=-n)) for n in range(2))
    )
    data = asked(watch(tmp_path))
    assert [(row["job"], row["link"], row["files"]) for row in data["rows"]] == [
        ("call-00000", "sessions/livekit/two.jsonl/0/timeline.html", []),
        ("call-00001", "sessions/livekit/two.jsonl/1/timeline.html", []),
    ]


def test_the_tree_is_what_the_other_commands_find(tmp_path):
    """A dump beside the folders of its calls would count them twice."""
    store(tmp_path / "day", varied(3))
    (tmp_path / "day" / "dump.txt").write_text(json.dumps(call(1)))
    (tmp_path / "loose.json").write_text(json.dumps(call(7)))
    (tmp_path / "loose.trace.json").write_text("{}")
    found = [each.row.job for each in collect([tmp_path]).found]
    assert [row["job"] for row in asked(watch(tmp_path))["rows"]] == found
    assert len(found) == 4


def test_a_file_whose_name_is_no_text_has_the_command_in_place_of_a_link(tmp_path):
    folder = tmp_path / os.fsdecode(b"\xff")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system holds texts only")
    store(folder, [call(0)])
    [row] = asked(watch(tmp_path))["rows"]
    assert (row["link"], row["files"]) == ("", [])
    assert row["hint"].startswith("parley log timeline ")


def test_a_folder_that_cannot_be_opened_is_told_and_hides_no_other(tmp_path, monkeypatch):
    store(tmp_path / "open", [call(0)])
    store(tmp_path / "shut", [call(1)])
    real = os.scandir

    def scandir(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    calls = watch(tmp_path)
    data = asked(calls)
    assert len(data["rows"]) == 1
    assert data["problems"] == [f"{tmp_path / 'shut'}: permission denied"]
    monkeypatch.undo()
    assert len(asked(calls, data["version"])["rows"]) == 2


def test_a_store_that_cannot_be_read_is_told_until_it_can(tmp_path):
    place = tmp_path / "sessions"
    place.write_text("in the way")
    calls = watch(place)
    data = asked(calls)
    assert data["problems"] == [f"{place}: not a directory"]
    place.unlink()
    store(place, [call(0)])
    after = asked(calls, data["version"])
    assert (len(after["rows"]), after["unreadable"]) == (1, 0)


def test_a_call_that_another_process_still_writes_is_not_told_as_killed(tmp_path):
    (tmp_path / "a1").mkdir()
    journal = tmp_path / "a1" / "journal.jsonl"
    journal.write_text("{}\n")
    calls = watch(tmp_path)
    with journal.open() as held:
        file_lock.hold(held.fileno())
        during = asked(calls)
    assert during["unreadable"] == 0
    assert asked(calls, during["version"])["unreadable"] == 1
