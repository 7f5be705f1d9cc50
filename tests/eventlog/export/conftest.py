"""A collector on this machine, and an environment that names none."""

import pytest

from tests.eventlog.export.collector import collecting


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("ENDPOINT", "TRACES_ENDPOINT", "HEADERS", "TIMEOUT", "COMPRESSION"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)


@pytest.fixture
def collector():
    with collecting() as running:
        yield running
