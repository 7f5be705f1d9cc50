"""Each call once, in whatever files it lies, and whichever process reads them."""

import json
import random
import statistics

import pytest

from eventlog.stats import figures, pieces
from eventlog.stats.collect import collect
from eventlog.stats.once import LeftOut
from eventlog.stats.sample import sample
from tests.eventlog.reading import dumped

BEGAN = 1_700_000_000.0


def call(job, began=BEGAN, latency=1.0):
    """A report whose one number tells it from another report of the same call."""
    report = dumped() | {"job_id": job}
    report["events"] = [event for event in report["events"] if event["type"] != "close"]
    report["events"][0]["created_at"] = began
    for event in report["events"]:
        metrics = event.get("item", {}).get("metrics", {})
        if "e2e_latency" in metrics:
            metrics["e2e_latency"] = latency
    return report


def write(folder, name, *calls):
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text("\n".join(map(json.dumps, calls)))
    return folder / name


def latencies(paths):
    return sorted(set(sample(paths).metrics["e2e_latency"].values))


@pytest.fixture(params=[1, 3, 250], ids=lambda files: f"{files} files a piece")
def size(request, monkeypatch):
    monkeypatch.setattr(pieces, "FILES", request.param)
    return request.param


def test_the_first_in_the_order_of_the_paths_counts(tmp_path, size):
    a, b = (
        write(tmp_path, f"{name}.json", call("j", latency=at)) for name, at in [("a", 1), ("b", 2)]
    )
    more = [write(tmp_path / "more", f"{n}.json", call(f"m{n}", latency=9)) for n in range(5)]
    assert latencies([a, *more, b]) == [1, 9]
    assert latencies([b, *more, a]) == [2, 9]
    assert latencies([tmp_path]) == [1, 9]
    found = collect([b, *more, a])
    assert (found.calls, found.left_out) == (6, LeftOut(1, 1))


def test_a_dump_and_its_imported_copies_count_once(tmp_path, size):
    calls = [call(f"j{n}", latency=n) for n in range(10)]
    dump = write(tmp_path / "dumps", "all.jsonl", *calls)
    for number, report in enumerate(calls[2:]):
        write(tmp_path / "store" / f"{number}", "report.json", report)
    write(tmp_path / "store" / "new", "report.json", call("new", latency=50))
    for paths in ([dump, tmp_path / "store"], [tmp_path / "store", dump]):
        found = collect(paths)
        assert found.calls == found.groups["all"].calls == 11
        assert found.left_out.reports == 8
        assert latencies(paths) == [*range(10), 50]
    assert collect([tmp_path / "store", dump]).left_out.files == 1
    assert collect([dump, tmp_path / "store"]).left_out.files == 8


def test_calls_of_one_job_that_began_at_other_times_all_count(tmp_path, size):
    for number in range(4):
        write(tmp_path, f"{number}.json", call("AJ_reference", began=BEGAN + number * 1e-6))
    assert collect([tmp_path]).calls == sample([tmp_path]).calls == 4


@pytest.mark.parametrize("job", [None, "", 7])
def test_reports_without_a_usable_job_all_count(tmp_path, size, job):
    for number in range(4):
        write(tmp_path, f"{number}.json", call(job))
    found = collect([tmp_path])
    assert (found.calls, found.left_out) == (4, LeftOut())


def test_reports_without_an_event_all_count(tmp_path, size):
    for number in range(4):
        write(tmp_path, f"{number}.json", dumped() | {"events": []})
    assert collect([tmp_path]).calls == 4


def test_what_cannot_be_read_among_copies_is_named_once(tmp_path, size):
    for folder in ("a", "b"):
        for number in range(5):
            write(tmp_path / folder, f"{number}.json", call(f"j{number}"))
        write(tmp_path / folder, "2bad.json").write_text("{")
    found = collect([tmp_path])
    assert (found.calls, found.left_out) == (5, LeftOut(5, 5))
    assert [each.file for each in found.unreadable] == [
        str(tmp_path / folder / "2bad.json") for folder in ("a", "b")
    ]


@pytest.mark.parametrize("seed", range(6))
def test_any_copies_in_any_order_change_no_number(tmp_path, monkeypatch, seed):
    """Against a count that is kept here, of the first report of each call."""
    draw = random.Random(seed)
    monkeypatch.setattr(pieces, "FILES", draw.randint(1, 4))
    seen: dict[str, float] = {}
    left_out, paths = 0, []
    for file in range(draw.randint(5, 15)):
        reports = []
        for _ in range(draw.randint(1, 3)):
            job, latency = f"j{draw.randint(0, 9)}", draw.random()
            reports.append(call(job, latency=latency))
            left_out += job in seen
            seen.setdefault(job, latency)
        paths.append(write(tmp_path, f"{file}.jsonl", *reports))
    found = collect(paths)
    assert (found.calls, found.left_out.reports) == (len(seen), left_out)
    assert latencies(paths) == sorted(seen.values())
    assert figures.flat(found.groups["all"])["e2e_latency.p50"] == pytest.approx(
        statistics.median(seen.values())
    )
