"""Two sets of calls beside each other: what is told, and what is not claimed."""

import json
import random
import statistics

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.compare import ENOUGH, Verdict, compare
from eventlog.stats.sample import sample
from tests.eventlog.reading import dumped


def calls(folder, name, *, number, slower=0.0, seed=1, errors=0):
    """A file of calls with three replies each, a call's replies being alike."""
    draw = random.Random(f"{seed} {name}")
    lines = []
    for place in range(number):
        report = dumped() | {"job_id": f"{seed} {name} {place}"}
        usual = draw.lognormvariate(0.2, 0.3) + slower
        for event in report["events"]:
            metrics = event.get("item", {}).get("metrics", {})
            if "e2e_latency" in metrics:
                metrics["e2e_latency"] = usual + draw.uniform(0, 0.05)
        if place < errors:
            error = {"type": "llm_error", "timestamp": 1.0, "label": "x", "recoverable": True}
            at = report["events"][5]["created_at"]
            report["events"].insert(6, {"type": "error", "error": error, "created_at": at})
        lines.append(json.dumps(report))
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(lines))
    return path


def by_name(a, b):
    return {found.name: found for found in compare(sample([a]), sample([b]))}


def raw(path):
    reports = [json.loads(line) for line in path.read_text().splitlines()]
    metrics = [
        event["item"]["metrics"] for r in reports for event in r["events"] if "item" in event
    ]
    return [found["e2e_latency"] for found in metrics if "e2e_latency" in found]


def test_a_plain_difference_is_told_with_its_size(tmp_path):
    a = calls(tmp_path, "a", number=60)
    b = calls(tmp_path, "b", number=60, slower=1.0)
    found = by_name(a, b)["e2e_latency"]
    assert found.verdict is Verdict.HIGHER
    assert found.shift == pytest.approx(statistics.median(raw(b)) - statistics.median(raw(a)))
    assert 0.5 < found.low < found.shift < found.high < 1.5
    assert found.sentence.startswith("e2e_latency: B is slower by ")
    assert by_name(b, a)["e2e_latency"].verdict is Verdict.LOWER


def test_calls_of_one_kind_show_no_difference(tmp_path):
    a, b = (calls(tmp_path, name, number=40) for name in "ab")
    found = by_name(a, b)["e2e_latency"]
    assert found.verdict is Verdict.NO_DIFFERENCE
    assert found.low < 0 < found.high


def test_chance_alone_is_seldom_called_a_difference(tmp_path):
    told = 0
    for seed in range(12):  # the same twelve every time
        a, b = (calls(tmp_path, name, number=15, seed=seed) for name in "ab")
        told += by_name(a, b)["e2e_latency"].verdict is not Verdict.NO_DIFFERENCE
    assert told <= 1


@pytest.mark.parametrize("few", [1, ENOUGH - 1])
def test_few_calls_tell_nothing_however_different_they_are(tmp_path, few):
    a = calls(tmp_path, "a", number=50)
    b = calls(tmp_path, "b", number=few, slower=30.0)
    found = by_name(a, b)["e2e_latency"]
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.sentence.endswith(f"it takes 10 calls with it on both sides, B has {few}")


def test_the_same_files_give_the_same_answer(tmp_path):
    a, b = calls(tmp_path, "a", number=20), calls(tmp_path, "b", number=20, slower=0.2)
    assert by_name(a, b) == by_name(a, b)


def test_no_errors_in_few_calls_are_no_proof_of_none(tmp_path):
    a, b = calls(tmp_path, "a", number=12), calls(tmp_path, "b", number=12, errors=1)
    found = by_name(a, b)["errors_per_call"]
    assert found.verdict is Verdict.NO_DIFFERENCE
    assert found.shift == pytest.approx(1 / 12)
    many = by_name(calls(tmp_path, "c", number=80), calls(tmp_path, "d", number=80, errors=40))
    assert many["errors_per_call"].verdict is Verdict.HIGHER


def test_a_shift_by_more_turns_of_one_call_is_not_taken_for_many_calls(tmp_path):
    """Thirty replies in ten calls are ten pieces of evidence: the interval is as wide as that."""
    a, b = calls(tmp_path, "a", number=10), calls(tmp_path, "b", number=10, slower=0.1)
    assert by_name(a, b)["e2e_latency"].verdict is Verdict.NO_DIFFERENCE


def run(*args):
    return CliRunner().invoke(app, ["compare", *(str(arg) for arg in args)])


def test_the_command_tells_a_sentence_a_metric(tmp_path):
    done = run(calls(tmp_path, "a", number=30), calls(tmp_path, "b", number=30, slower=2.0))
    assert done.exit_code == 0
    assert "e2e_latency: B is slower by " in done.stdout
    assert "interruption_rate: no difference shown" in done.stdout


def test_the_command_gives_json(tmp_path):
    a = calls(tmp_path, "a", number=30)
    found = json.loads(run(a, a, "--json").stdout)
    side = {"path": str(a), "calls": 30, "left_out": {"reports": 0, "files": 0}}
    assert found["a"] == found["b"] == side
    assert {each["verdict"] for each in found["metrics"]} == {"no difference shown"}


def test_an_empty_side_is_exit_code_2(tmp_path):
    done = run(calls(tmp_path, "a", number=1), tmp_path / "missing")
    assert done.exit_code == 2
    assert "nothing to compare" in done.stderr


def test_each_side_counts_a_call_once_and_those_on_both_sides_are_told(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    one = calls(tmp_path, "one", number=12).rename(tmp_path / "a" / "one.jsonl")
    two = calls(tmp_path, "two", number=11).rename(tmp_path / "b" / "two.jsonl")
    (tmp_path / "b" / "backup.jsonl").write_text(two.read_text())
    both = one.read_text().splitlines()[:3]
    (tmp_path / "b" / "both.jsonl").write_text("\n".join(both))
    done = run(tmp_path / "a", tmp_path / "b")
    assert done.stdout.splitlines()[:2] == [
        f"A: {tmp_path}/a, 12 calls",
        f"B: {tmp_path}/b, 14 calls",
    ]
    assert done.stderr.splitlines() == [
        "B: 11 reports in 1 file left out, of calls that came before "
        "(the same job_id, begun at the same time)",
        "3 calls are on both sides, and count on each",
    ]
    found = json.loads(run(tmp_path / "a", tmp_path / "b", "--json").stdout)
    assert found["b"]["left_out"] == {"reports": 11, "files": 1}
    assert found["on_both_sides"] == 3


def test_ctrl_c_ends_it_without_a_word(tmp_path, monkeypatch):
    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("eventlog.compare.draw_again", pressed)
    a = calls(tmp_path, "a", number=10)
    done = run(a, calls(tmp_path, "b", number=10))
    assert (done.exit_code, done.output) == (130, "")


def test_how_far_it_is_is_told_from_nothing_to_all(tmp_path):
    read, drawn = [], []
    a, b = (calls(tmp_path, name, number=20) for name in "ab")
    compare(sample([a], read.append), sample([b], read.append), tell=drawn.append)
    assert read == [20, 20]
    assert drawn == sorted(drawn)
    assert drawn[-1] == 1.0
