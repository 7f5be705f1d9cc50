"""Requirements on calls: how they are read, what becomes of them, and what a CI is told."""

import json
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from eventlog.checker.shapes import CLOSE_REASONS as REASONS_OF_THE_SCHEMA
from eventlog.commands import app
from eventlog.gate import CLOSE_REASONS, FIGURES, RequirementError, parse
from eventlog.stats.collect import collect
from eventlog.stats.figures import flat
from tests.eventlog.reading import DUMP_FILE
from tests.eventlog.stats.many import ALL, percentile, raw_reports, raw_values


def run(*args):
    return CliRunner().invoke(app, ["gate", *(str(arg) for arg in args)])


def gate(*requirements, paths=(DUMP_FILE,)):
    return run(*paths, *(arg for text in requirements for arg in ("--require", text)))


def test_what_holds_is_exit_code_0():
    done = gate("e2e_latency.p95 <= 6", "errors == 0", "interruption_rate<0.5", "close.error == 0")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "4 of 4 requirements hold over 1 call"


def test_a_miss_is_exit_code_1_with_the_figure():
    done = gate("e2e_latency.p95 <= 1.5", "errors == 0")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "FAIL  e2e_latency.p95 <= 1.5: missed, it is 5.62819",
        "ok    errors == 0: holds, it is 0",
        "1 of 2 requirements hold over 1 call",
    ]


def test_the_bound_is_compared_with_the_figure_of_the_raw_values():
    p95 = percentile(raw_values(raw_reports(), "e2e_latency"), 95)
    assert gate(f"e2e_latency.p95 <= {p95 + 1e-6}", paths=ALL).exit_code == 0
    assert gate(f"e2e_latency.p95 <= {p95 - 1e-6}", paths=ALL).exit_code == 1


@pytest.mark.parametrize("text", ["turn.llm.p95 < 1", "llm_node_tps.p50 > 10", "cost_per_call < 1"])
def test_no_value_is_no_evidence_and_exit_code_2(text):
    done = gate(text)
    assert done.exit_code == 2
    assert "no evidence" in done.stdout


def test_no_report_is_no_evidence_even_for_no_errors(tmp_path):
    done = gate("errors == 0", "close.error == 0", "unreadable == 1", paths=[tmp_path])
    assert done.exit_code == 2
    assert done.stdout.count("no evidence") == 3


def test_a_miss_outweighs_what_has_no_evidence():
    assert gate("turn.llm.p95 < 1", "errors > 0").exit_code == 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("e2e_latncy.p95 <= 1.5", "the nearest is e2e_latency.p95"),
        ("eror == 0", "the nearest is errors"),
        ("close.eror == 0", "the nearest is close.error"),
        ("e2e_latency <= 1.5", "needs a statistic: e2e_latency.p50"),
        ("e2e_latency.p42 <= 1.5", "no 'p42'"),
        ("xyzzy < 1", "parley log stats --csv"),
        ("e2e_latency.p95 =< 1.5", "written like"),
        ("e2e_latency.p95", "written like"),
        ("errors == none", "not a number"),
        ("errors == nan", "not a number"),
        ("", "written like"),
    ],
)
def test_what_cannot_be_understood_is_exit_code_2_with_a_hint(text, hint):
    with pytest.raises(RequirementError, match=hint.replace("(", r"\(")):
        parse(text)
    done = gate(text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert hint in done.stderr


def test_every_figure_that_stats_tells_may_be_required():
    for name in flat(collect(ALL).groups["all"]):
        assert parse(f"{name} >= 0").figure == name


def test_the_reasons_of_a_close_are_those_of_the_schema():
    assert set(REASONS_OF_THE_SCHEMA) <= set(CLOSE_REASONS)
    assert len(FIGURES) == len(set(FIGURES))


def test_junit_has_a_case_a_requirement(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    report = tmp_path / "gate.xml"
    wanted = ["errors == 0", "e2e_latency.p95 <= 1.5", "turn.llm.p95 < 1"]
    done = gate(*wanted, paths=[DUMP_FILE, tmp_path / "bad.json", "--junit", report])
    assert done.exit_code == 1
    [suite] = ElementTree.parse(report).getroot()
    assert suite.attrib | {} == {
        "name": "parley log gate", "tests": "3", "failures": "1", "errors": "1",
    }  # fmt: skip
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == wanted
    assert [[child.tag for child in case] for case in cases] == [[], ["failure"], ["error"]]
    assert "bad.json" in suite.findtext("system-err")


def test_a_junit_file_that_cannot_be_written_is_told(tmp_path):
    done = gate("errors == 0", paths=[DUMP_FILE, "--junit", tmp_path / "none" / "gate.xml"])
    assert done.exit_code == 2
    assert "no such file or directory" in done.stderr


def test_json_gives_each_outcome():
    found = json.loads(gate("errors == 0", paths=[DUMP_FILE, "--json"]).stdout)
    assert found == {
        "calls": 1,
        "requirements": [
            {"require": "errors == 0", "figure": "errors", "found": 0, "outcome": "holds"}
        ],
    }
