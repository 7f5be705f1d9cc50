"""The JSON Schema: what is shipped is what is generated, and it fits what the lines write."""

import json

import msgspec
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from eventlog.checker import shapes
from eventlog.commands import app
from eventlog.reader import Origin, origin_of
from eventlog.schema import shared
from eventlog.schema.generate import FILE, LINES, generate, of_line, text
from eventlog.schema.livekit_newer import NewerEvent
from eventlog.schema.reports import KnownOptions
from tests.eventlog.reading import LIVEKIT_FILES, dumped, livekit, ours


def validator(line=None):
    schema = generate()
    return Draft202012Validator(schema if line is None else of_line(schema, line))


def test_what_is_shipped_is_what_is_generated():
    assert FILE.read_text() == text(generate()), "run python -m eventlog.schema.generate"


@pytest.mark.parametrize("line", [None, *Origin])
def test_it_is_a_schema_of_its_draft(line):
    Draft202012Validator.check_schema(validator(line).schema)


@pytest.mark.parametrize("path", LIVEKIT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_report_of_livekit_fits_the_schema_of_its_line(path):
    report = json.loads(path.read_text())
    found = list(validator(origin_of(report)).iter_errors(report))
    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize("report", [dumped(), ours()], ids=["dump", "ours"])
def test_the_dump_and_our_report_fit(report):
    validator(origin_of(report)).validate(report)
    validator().validate(report)
    msgspec.convert(report, LINES[origin_of(report)])


def test_reports_fit_no_other_line_than_their_own():
    assert not validator(Origin.PARLEY).is_valid(dumped())
    assert not validator(Origin.LIVEKIT_1_3).is_valid(ours())
    assert not validator(Origin.LIVEKIT_1_3).is_valid(livekit("1.8.9", "plain_turn"))


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.pop("options"),
        lambda report: report.update(room=None),
        lambda report: report["events"][0].pop("old_state"),
        lambda report: report["events"][0].update(new_state="asleep"),
        lambda report: report["events"][0].update(type="no_such_event"),
        lambda report: report["chat_history"]["items"][0].pop("id"),
        lambda report: report["parley"]["turns"][0].pop("parts"),
        lambda report: report["parley"].update(recovered="yes"),
        lambda report: report["errors"].update(llm=-1),
    ],
)
def test_a_report_with_one_thing_wrong_does_not_fit(change):
    report = ours()
    change(report)
    assert not validator().is_valid(report)


def test_its_events_and_metrics_are_those_of_the_checker():
    kinds = {struct.__struct_config__.tag for struct in NewerEvent.__args__}
    assert kinds == {*shapes.EVENTS, *shapes.NEWER_EVENTS}
    metrics = {*shapes.USER_METRICS, *shapes.ASSISTANT_METRICS}
    assert set(shared.Metrics.__struct_fields__) == metrics
    assert set(shared.Options.__struct_fields__) == set(shapes.OPTIONS)
    ours_have = set(shapes.OPTIONS) - {"recording_options"}
    assert set(KnownOptions.__struct_fields__) == ours_have


def test_what_is_not_known_of_an_attached_bot_may_be_null():
    report = ours()
    report["parley"]["attached"] = True
    report["options"]["max_tool_steps"] = None
    validator(Origin.PARLEY).validate(report)


def run(*args):
    return CliRunner().invoke(app, ["schema", *args])


def test_the_command_prints_what_is_shipped():
    assert run().stdout == FILE.read_text()


@pytest.mark.parametrize("line", list(Origin))
def test_the_command_prints_the_schema_of_one_line(line):
    schema = json.loads(run("--line", line.value).stdout)
    assert schema["version"] == generate()["version"]
    report = {
        Origin.LIVEKIT_1_3: dumped(),
        Origin.LIVEKIT_NEWER: livekit("1.8.9", "plain_turn"),
        Origin.PARLEY: ours(),
    }[line]
    Draft202012Validator(schema).validate(report)
