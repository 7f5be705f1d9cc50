"""Tags and metadata of a call: from its configuration, its embedder and a start request."""

from pathlib import Path
from typing import Any

import pytest

from bot.call import Call
from bot.config import ConfigError, load_config
from bot.labels import labels_of
from bot.memory import MemoryTransport
from eventlog.checker import check
from eventlog.reader import LoggedReport, Origin
from tests.calls.playing import config_of
from tests.scripted.scenario import load


async def report_of(directory: Path, body: object, **sections: Any) -> dict[str, Any]:
    config = load_config(config_of(load("plain_turn"), directory, **sections))
    tags, metadata = labels_of(body)
    call = Call(config, MemoryTransport(), tags=tags, metadata=metadata)
    await call.close()
    report = await call.run()
    assert report.path is not None
    logged = LoggedReport(report.data, report.path, 0, Origin.PARLEY)
    assert [str(finding) for finding in check(logged)] == []
    return report.data


async def test_tags_and_metadata_of_both_sides_are_in_the_report(tmp_path: Path) -> None:
    body = {"tags": ["vip", "a"], "metadata": {"customer": 7, "region": "north"}}
    own = {"tags": ["a"], "metadata": {"region": "south", "team": "tea"}}
    data = await report_of(tmp_path, body, **own)
    assert data["tags"] == ["a", "vip"]
    assert data["parley"]["metadata"] == {"region": "north", "team": "tea", "customer": 7}
    assert data["parley"]["recorder"]["losses"] == {}


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        ({"tags": ["ok", 7, "x" * 1000], "metadata": {"k": {"deep": 1}, "big": "x" * 10**6}}, 4),
        ({"tags": "ok", "metadata": ["k"]}, 2),
        ({"tags": [], "metadata": {"n": 10**400}}, 1),
    ],
)
async def test_what_a_stranger_gives_too_much_of_is_left_out_and_counted(
    tmp_path: Path, body: object, lost: int
) -> None:
    data = await report_of(tmp_path, body)
    assert data["tags"] in (["ok"], [])
    assert data["parley"]["metadata"] == {}
    assert data["parley"]["recorder"]["losses"] == {"labels": lost}


@pytest.mark.parametrize("body", [None, [], "text", 7, {}])
async def test_a_request_without_them_loses_nothing(tmp_path: Path, body: object) -> None:
    data = await report_of(tmp_path, body)
    assert data["parley"]["recorder"]["losses"] == {}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"tags": ["x" * 101]}, "is longer than 100 characters"),
        ({"metadata": {"k": [1]}}, "'k' is neither text, number, true, false nor null"),
        ({"metadata": {"k": 10**30}}, "'k' is no number within 2"),
    ],
)
def test_a_configuration_out_of_bounds_is_refused(section: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_config({"extends": "default", **section}, env={})
