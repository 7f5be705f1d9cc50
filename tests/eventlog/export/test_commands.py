"""What all exports share: their help, and what they load."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog.reading import DUMP_FILE, ours

FORMATS = ["parquet", "otlp", "trace", "vtt", "judge"]


@pytest.mark.parametrize("name", FORMATS)
def test_help_teaches_with_an_example(name):
    done = CliRunner().invoke(app, ["export", name, "--help"])
    assert done.exit_code == 0
    assert f"    parley log export {name} sessions/" in done.output
    assert "Exit code:" in " ".join(done.output.split())


def test_the_help_of_the_group_has_them_all():
    done = CliRunner().invoke(app, ["export"])
    for name in FORMATS:
        assert f"    parley log export {name} " in done.output


def test_what_was_exported_beside_reports_is_taken_for_none(tmp_path):
    report = tmp_path / "call.json"
    report.write_text(json.dumps(ours()))
    for name in ("trace", "vtt", "judge"):
        assert CliRunner().invoke(app, ["export", name, str(report)]).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 4
    done = CliRunner().invoke(app, ["stats", str(tmp_path)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("1 call,")


def loaded_by(*arguments):
    script = (
        "import sys; from typer.testing import CliRunner; from eventlog.commands import app\n"
        f"assert CliRunner().invoke(app, {list(arguments)!r}).exit_code == 0\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


HEAVY = {"pipecat", "duckdb", "opentelemetry", "requests", "google"}


def test_the_help_loads_none_of_the_libraries():
    assert not loaded_by("export", "--help") & (HEAVY | {"rich", "numpy"})


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("parquet", {"duckdb"}),
        ("otlp", {"opentelemetry", "google"}),
        ("trace", set()),
        ("vtt", set()),
        ("judge", set()),
    ],
)
def test_an_export_loads_no_more_than_its_own_library(tmp_path, name, needed):
    loaded = loaded_by("export", name, str(DUMP_FILE), "-o", str(tmp_path / "out"))
    assert loaded & HEAVY == needed
