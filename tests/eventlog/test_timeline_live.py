"""The lanes of a call under way: told piece by piece, they come to those of the whole call."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from eventlog.reader import Origin
from eventlog.timeline.lanes import lanes
from eventlog.timeline.live import LiveLanes
from eventlog.timeline.span import Span
from eventlog.timeline.waits import waits
from eventlog.view import View
from tests.eventlog import drawn_calls
from tests.eventlog.folding import Script, Told
from tests.eventlog.legal_call import calls
from tests.eventlog.reading import dumped

Marks = dict[str, list[dict[str, Any]]]


class Page:
    """What a page has that takes what it is told of a call."""

    def __init__(self, turns: list[dict[str, Any]] | None = None) -> None:
        self.turns = turns or []
        self.told: list[dict[str, Any]] = []
        self.marks: dict[str, dict[str, dict[str, Any]]] = {}
        self.waits: list[dict[str, Any]] = []
        self._live = LiveLanes(self._turns_so_far)
        self._item = ""

    def take(self, event: dict[str, Any]) -> None:
        self._item = event.get("item", {}).get("id", "")
        told = self._live.take(event)
        self.told.append(told)
        self.waits += told["waits"]
        for lane in told["lanes"]:
            for mark in lane["marks"]:
                self.marks.setdefault(lane["id"], {})[mark["id"]] = mark

    def _turns_so_far(self) -> list[dict[str, Any]]:
        """The recorder has the turn of an answer before it tells the answer."""
        return [turn for turn in self.turns if turn["assistant_item"] == self._item]

    def lanes(self) -> Marks:
        return {lane: in_order(list(marks.values())) for lane, marks in self.marks.items()}


def in_order(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    plain = [{key: mark[key] for key in ("a", "b", "k", "t")} for mark in marks]
    return sorted(plain, key=lambda mark: (mark["a"], mark["b"] or 0.0, mark["k"], mark["t"]))


def whole(report: dict[str, Any]) -> tuple[Marks, list[dict[str, Any]]]:
    """The lanes and waits of a report, as the page of the finished call draws them."""
    view = View.of(report, Origin.PARLEY)
    span = Span.of(view)
    drawn = {lane["id"]: in_order(lane["marks"]) for lane in lanes(view, span, {})}
    return {lane: marks for lane, marks in drawn.items() if marks}, [
        {key: wait[key] for key in ("a", "e2e", "parts", "asked", "by")}
        for wait in waits(view, span, {})
    ]


def shown_live(report: dict[str, Any]) -> Page:
    page = Page((report.get("parley") or {}).get("turns"))
    for event in report["events"]:
        page.take(event)
    return page


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls())
def test_the_lanes_of_any_call_end_up_as_those_of_its_report(call):
    report = Told(call.script.signals).data
    page = shown_live(report)
    assert (page.lanes(), page.waits) == whole(report)


@pytest.mark.parametrize("make", [dumped, drawn_calls.everything])
def test_the_lanes_of_a_drawn_call_end_up_as_those_of_its_report(make):
    report = make()
    report["audio_recording_started_at"] = None  # which begins before anything is told
    (report.get("parley") or {}).pop("switches", None)
    page = shown_live(report)
    assert (page.lanes(), page.waits) == whole(report)


def test_what_has_no_end_yet_is_open_until_an_event_ends_it():
    page = Page()
    script = Script().start().speaks(1, 3).hears(3.5, "so", final=False)
    listens, speaks, stops, interim = Told(script.signals).data["events"]
    page.take(listens)
    page.take(speaks)
    assert page.lanes()["user"][-1] == {"a": 1.25, "b": None, "k": "speaking", "t": "speaking"}
    page.take(stops)
    page.take(interim)
    assert page.lanes()["user"][-2:] == [
        {"a": 1.25, "b": 3.25, "k": "speaking", "t": "speaking"},
        {"a": 3.25, "b": None, "k": "listening", "t": "listening"},
    ]
    assert page.lanes()["interim"] == [{"a": 3.5, "b": None, "k": "interim", "t": "so"}]


def test_every_lane_is_named_from_the_first_event_on():
    page = shown_live(dumped())
    names = [lane["name"] for lane in page.told[0]["lanes"]]
    assert names[:3] == ["User", "User speech", "Interim"]
    assert all([lane["name"] for lane in told["lanes"]] == names for told in page.told)


def test_only_what_has_changed_is_told():
    """However long the call: the last events tell no more marks than the first."""
    page = shown_live(drawn_calls.an_hour())
    counts = [sum(len(lane["marks"]) for lane in told["lanes"]) for told in page.told]
    assert max(counts[2:-1]) <= 4
    assert [told["over"] for told in page.told].count(True) == 1
