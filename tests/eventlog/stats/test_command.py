"""`parley log stats`, as a shell runs it."""

import csv
import json

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped, ours
from tests.eventlog.stats.many import raw_values, tree


def run(*args):
    return CliRunner().invoke(app, ["stats", *(str(arg) for arg in args)])


def test_a_person_reads_quantiles_rates_and_talk_time():
    done = run(DUMP_FILE)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "1 call, 0:01:18 in all"
    assert next(line for line in lines if line.startswith("e2e_latency")).split() == [
        "e2e_latency", "3", "3.963", "5.443", "5.628", "5.776", "5.813",
    ]  # fmt: skip
    assert "interruptions          25.0%  (1 of 4 replies)" in lines
    assert "agent speaks           61.3%  (0:00:48)" in lines
    assert "cost" not in done.stdout


def test_json_has_every_figure_and_names_what_could_not_be_read(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    done = run(DUMP_FILE, tmp_path, "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert found["calls"] == 1
    assert [each["file"] for each in found["unreadable"]] == [str(tmp_path / "bad.json")]
    [group] = found["groups"]
    assert group["metrics"]["e2e_latency"]["max"] == max(raw_values([dumped()], "e2e_latency"))
    assert group["rates"]["interruption_rate"] == 0.25


def test_csv_is_a_row_a_figure_in_each_group(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(ours() | {"tags": ["=1+1"]}))
    rows = list(
        csv.DictReader(run(tmp_path, DUMP_FILE, "--csv", "--by", "tag").stdout.splitlines())
    )
    table = {(row["group"], row["figure"]): float(row["value"]) for row in rows}
    assert table["'=1+1", "calls"] == table["-", "calls"] == 1
    assert table["-", "interruption_rate"] == 0.25


def test_what_cannot_be_read_is_a_warning_while_anything_can(tmp_path):
    tree(tmp_path)
    for number in range(30):
        (tmp_path / f"bad{number:02d}.json").write_text("{")
    done = run(tmp_path)
    assert done.exit_code == 0
    assert done.stderr.splitlines()[0] == "warning: 30 not readable, not counted:"
    assert done.stderr.splitlines()[21] == "  and 10 more"
    assert done.stdout.startswith("5 calls")


def test_calls_that_lie_there_more_than_once_are_told(tmp_path):
    tree(tmp_path)
    done = run(tmp_path)
    assert done.stdout.startswith("5 calls")
    assert done.stderr == (
        "3 reports in 2 files left out, of calls that came before "
        "(the same job_id, begun at the same time)\n"
    )
    assert json.loads(run(tmp_path, "--json").stdout)["left_out"] == {"reports": 3, "files": 2}
    again = run(DUMP_FILE, DUMP_FILE)
    assert again.stdout == run(DUMP_FILE).stdout
    assert again.stderr.startswith("1 report in 1 file left out")
    assert run(DUMP_FILE).stderr == ""


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_nothing_readable_is_exit_code_2(tmp_path, form):
    done = run(tmp_path, tmp_path / "missing", *form)
    assert done.exit_code == 2
    assert "no such file" in done.stderr


def test_a_strangers_words_do_no_harm_to_a_terminal(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(ours() | {"tags": ["\x1b[2J"]}))
    assert "\x1b" not in run(tmp_path, "--by", "tag").output


def test_prices_add_costs(tmp_path):
    spoken = {"type": "tts_usage", "provider": "v", "model": "w", "characters_count": 20}
    (tmp_path / "a.json").write_text(json.dumps(ours() | {"usage": [spoken]}))
    prices = tmp_path / "prices.yaml"
    prices.write_text(
        "{currency: EUR, date: 2026-01-01, source: a contract, models: [{type: tts_usage, "
        "provider: v, model: '*', prices: {characters_count: {price: 0.5, per: 10}}}]}"
    )
    assert (
        "cost a call          1.0000 EUR  (of 1 of 1 calls)"
        in run(tmp_path / "a.json", "--prices", prices).stdout
    )
    found = json.loads(run(tmp_path / "a.json", "--prices", prices, "--json").stdout)
    assert found["prices"] == {"currency": "EUR", "date": "2026-01-01", "source": "a contract"}


def test_the_example_of_prices_can_be_filled_in(tmp_path):
    (tmp_path / "prices.yaml").write_text(run("--example-prices").stdout)
    done = run(DUMP_FILE, "--prices", tmp_path / "prices.yaml")
    assert "cost a call          unknown  (of 0 of 1 calls)" in done.stdout


@pytest.mark.parametrize(
    "args", [[], [DUMP_FILE, "--json", "--csv"], [DUMP_FILE, "--prices", "missing.yaml"]]
)
def test_a_call_that_makes_no_sense_is_refused_with_the_reason(args):
    done = run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_groups_stand_under_their_labels():
    done = run(*LIVEKIT_FILES, "--by", "agent")
    assert "agent ref-agent: 4 calls" in done.stdout
