"""Where spans go: a collector, with headers from the environment, or a file."""

import base64
import json
import socket

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from typer.testing import CliRunner

from eventlog.commands import app
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.reading import DUMP_FILE, dump_text
from tests.eventlog.stats.many import ALL

SECRET = "Basic c2VjcmV0LWtleQ=="


def run(*args):
    return CliRunner().invoke(app, ["export", "otlp", *(str(arg) for arg in args)])


def test_the_file_is_otlp_as_json_a_line_a_call(collector, tmp_path):
    path = tmp_path / "spans.json"
    done = run(*ALL, "-o", path)
    assert (done.exit_code, done.stdout) == (0, f"{path}: {len(ALL)} calls\n")
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_text().splitlines()
    assert len(lines) == len(ALL)
    first = json.loads(lines[0])["resourceSpans"][0]["scopeSpans"][0]["spans"]
    run(DUMP_FILE, "--endpoint", collector.url)
    assert [span["spanId"] for span in first] == [span.span_id.hex() for span in collector.spans]
    assert first[0]["traceId"] == collector.spans[0].trace_id.hex()
    assert first[0]["kind"] == Span.SPAN_KIND_INTERNAL
    assert first[0]["startTimeUnixNano"] == str(collector.spans[0].start_time_unix_nano)


def test_a_hostile_report_is_sent_like_others(collector, tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(drawn.hostile()))
    assert run(path, "--content", "--endpoint", collector.url).exit_code == 0
    line = run(path, "--content", "-o", "-").stdout
    assert ParseDict(_base64_ids(json.loads(line)), ExportTraceServiceRequest())


def test_headers_come_from_the_environment_and_are_never_printed(collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization={SECRET}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    done = run(DUMP_FILE, "--endpoint", collector.url)
    assert collector.headers[0]["authorization"] == SECRET
    assert collector.headers[0]["content-encoding"] == "gzip"
    collector.status = 401
    refused = run(DUMP_FILE, "--endpoint", collector.url)
    assert refused.exit_code == 1
    assert "it answered 401" in refused.stderr
    assert "OTEL_EXPORTER_OTLP_HEADERS" in refused.stderr
    assert SECRET not in done.output + refused.output


def test_a_collector_that_is_overloaded_is_named_when_there_is_no_more_time(collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
    collector.status = 503
    done = run(DUMP_FILE, "--endpoint", collector.url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{collector.url}/v1/traces: not sent: it answered 503")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "path"), [("ENDPOINT", "/v1/traces"), ("TRACES_ENDPOINT", "/elsewhere")]
)
def test_the_endpoint_may_come_from_the_environment(collector, monkeypatch, name, path):
    base = collector.url if name == "ENDPOINT" else f"{collector.url}/elsewhere"
    monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{name}", base)
    assert run(DUMP_FILE).exit_code == 0
    assert collector.paths == [path]


def test_an_endpoint_where_nobody_listens_is_said_without_its_password():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        done = run(DUMP_FILE, "--endpoint", f"http://me:hunter2@127.0.0.1:{port}?key=hunter2")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"http://127.0.0.1:{port}/v1/traces: not sent: ")
    assert "nobody listens there; start a collector, or name one by --endpoint" in done.stderr
    assert "hunter2" not in done.output
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("url", ["collector:4318", "ftp://x", "http://"])
def test_what_is_no_url_is_refused_with_one_that_is(url):
    done = run(DUMP_FILE, "--endpoint", url)
    assert done.exit_code == 1
    assert "http://127.0.0.1:4318" in done.stderr


def test_what_cannot_be_read_is_named_and_the_rest_is_sent(collector, tmp_path):
    file = tmp_path / "cut.txt"
    file.write_text(dump_text() + dump_text()[:900])
    done = run(file, DUMP_FILE, "--endpoint", collector.url)
    assert done.exit_code == 0
    assert "warning: 1 not readable" in done.stderr
    assert "1 report of calls that had come before, left out" in done.stderr
    assert len(collector.requests) == 1
    assert run(tmp_path / "missing", "--endpoint", collector.url).exit_code == 2


def test_of_nothing_readable_no_file_is_made(tmp_path):
    done = run(tmp_path / "missing", "-o", tmp_path / "spans.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert not (tmp_path / "spans.json").exists()


def test_a_place_that_cannot_be_written_and_two_places_are_refused(tmp_path):
    done = run(DUMP_FILE, "-o", tmp_path / "missing" / "spans.json")
    assert done.exit_code == 1
    assert "-o names another file" in done.stderr
    assert run(DUMP_FILE, "-o", "-", "--endpoint", "http://127.0.0.1:1").exit_code == 2


def _base64_ids(value):
    if isinstance(value, dict):
        return {
            key: base64.b64encode(bytes.fromhex(member)).decode()
            if key in ("traceId", "spanId", "parentSpanId")
            else _base64_ids(member)
            for key, member in value.items()
        }
    return [_base64_ids(each) for each in value] if isinstance(value, list) else value
