"""Watching a call until it ends, and telling whoever listens what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from eventlog.moments import Moment
from eventlog.tail.call import State, WatchedCall
from eventlog.tail.finding import newest
from eventlog.tail.telling import Telling

LOOK_EVERY = 0.1
"""Seconds between two looks at a journal; nobody reads a line sooner."""
LOOK_FOR_CALLS_EVERY = 0.5
REPORT_WITHIN = 10.0
"""Seconds after its last event in which a call has written its report."""

Sleep = Callable[[float], object]


class Viewer(Protocol):
    """Where the events of a call go."""

    def show(self, moments: list[Moment], begin: float) -> None:
        """Show moments as lines; their times count from `begin`, epoch seconds."""
        ...

    def pass_on(self, events: list[dict[str, Any]]) -> None:
        """Pass events on as they are."""
        ...


def show_last(call: WatchedCall, viewer: Viewer, last: int, telling: Telling) -> None:
    """Show the last of the events that a look at a call has found."""
    moments = telling.backlog(call.events, call.handoffs, last)
    viewer.pass_on(call.events[max(len(call.events) - last, 0) :])
    viewer.show(moments, call.begin)


def follow(call: WatchedCall, viewer: Viewer, telling: Telling, sleep: Sleep = time.sleep) -> None:
    """Show each further event as it comes, until the call has ended or its process is gone."""
    while call.state is State.LIVE:
        sleep(LOOK_EVERY)
        for event in call.look():
            viewer.pass_on([event])
            viewer.show(list(telling.moments(event, call.handoffs)), call.begin)


def wait_for_report(call: WatchedCall, sleep: Sleep = time.sleep) -> bool:
    """Wait until the report of a call that has ended is there; whether it is."""
    for _ in range(round(REPORT_WITHIN / LOOK_EVERY)):
        if call.report_path.exists():
            return True
        sleep(LOOK_EVERY)
    return call.report_path.exists()


def wait_for_call(directory: Path, sleep: Sleep = time.sleep) -> Path:
    """Wait until a call of a directory is under way, and return its folder."""
    while (folder := newest(directory, under_way=True)) is None:
        sleep(LOOK_FOR_CALLS_EVERY)
    return folder
