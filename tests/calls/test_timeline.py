"""The picture of a call that has just ended: there, or counted as missing."""

import json
from pathlib import Path

import pytest

from eventlog.reader import read
from eventlog.timeline import writing
from tests.calls import hooks
from tests.calls.test_embedding import Watched
from tests.calls.test_hooks import HERE


async def test_a_call_leaves_its_timeline_beside_its_report(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    report = await watched.run(watched.one_turn)
    assert report.folder is not None
    page = (report.folder / "timeline.html").read_text(encoding="utf-8")
    [said] = [
        event["item"]["content"][0]
        for event in report.data["events"]
        if event["type"] == "conversation_item_added" and event["item"]["role"] == "assistant"
    ]
    assert json.dumps(said)[1:-1] in page
    assert report.data["parley"]["recorder"]["losses"] == {}


async def test_a_timeline_that_cannot_be_made_is_counted_and_costs_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The outermost step: a disk that is full refuses the page and not the report.
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(writing, "write_whole", refuse)
    watched = Watched(tmp_path)
    report = await watched.run(watched.one_turn)
    assert report.path is not None
    assert report.data["parley"]["recorder"]["losses"] == {"timeline": 1}
    [logged] = read(report.path)
    assert logged.data == report.data


async def test_a_hook_that_failed_at_the_end_is_on_the_timeline(tmp_path: Path) -> None:
    hooks.ended.clear()
    watched = Watched(tmp_path, hooks={"on_call_end": f"{HERE}:fail", "timeout": 0.2})
    await watched.call.close()
    report = await watched.call.run()
    assert report.folder is not None
    page = (report.folder / "timeline.html").read_text(encoding="utf-8")
    assert '"lost":[["hooks.on_call_end","1 \\u00d7 the hook' in page
