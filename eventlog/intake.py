"""The intake: the one door through which the signals of a call come in.

It numbers them, appends them to the journal, folds them, and tells whoever listens (the live page,
the terminal, the away timer) what came of it. Nothing here may break the call that it records: a
failure of any part is counted, said in the report, and the call goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loguru import logger

from eventlog import report as reports
from eventlog.events import Event
from eventlog.header import CallHeader
from eventlog.journal import FILE_NAME as JOURNAL_FILE
from eventlog.journal import Journal
from eventlog.recorder import Recorder
from eventlog.signals import Closed, CloseReason, Signal

Listener = Callable[[Event], None]


class Intake:
    """Takes the signals of one call.

    Args:
        header: What the call starts with.
        folder: Where the journal goes, an existing folder; None keeps it off the disk.
        clock: Wall clock in epoch seconds.
    """

    def __init__(
        self,
        header: CallHeader,
        folder: Path | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.header = header
        self._clock = clock
        self._recorder = recorder_of(header)
        self._listeners: list[Listener] = []
        self._number = 0
        self._losses: dict[str, int] = {}
        self._worst_lag = 0.0
        self._journal = self._open_journal(folder)

    @property
    def recorder(self) -> Recorder:
        """The fold so far, to be read only."""
        return self._recorder

    @property
    def turns(self) -> list[dict[str, Any]]:
        """What each answered turn waited for so far, as in the report's `parley.turns`."""
        return self._recorder.agent.turns

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with each event as it is told."""
        self._listeners.append(listener)

    def take(self, signal: Signal) -> None:
        """Take one signal in; never raises and never waits."""
        self._number += 1
        self._worst_lag = max(self._worst_lag, self._clock() - signal.at)
        if self._journal is not None:
            self._guard("journal", lambda journal: journal.append(self._number, signal))
        try:
            events = self._recorder.take(signal)
        except Exception as error:  # noqa: BLE001 - the call outlives its log, whatever breaks
            self.lose("recorder", f"{type(signal).__name__}: {error!r}")
            return
        for event in events:
            self._tell(event)

    def lose(self, part: str, detail: str, count: int = 1) -> None:
        """Count something that the log missed; said once a part in the process's own log."""
        if part not in self._losses:
            logger.warning(f"The log of this call lost something ({part}): {detail}")
        self._losses[part] = self._losses.get(part, 0) + count

    def close(self, closed: Closed) -> None:
        """Close the log with `closed`, unless it is closed already."""
        self.take(closed)
        for event in self._recorder.seal(closed):
            self._tell(event)

    def report(self) -> dict[str, Any]:
        """Return the report of the closed log; waits for the journal's last lines."""
        if self._journal is not None:
            self._journal.close()
        return reports.build(
            self.header,
            self._recorder,
            timestamp=max(self._clock(), self._recorder.timeline.moment(0.0)),
            recorder_health=self.health(),
        )

    def health(self) -> dict[str, Any]:
        """Return how far behind the recorder ran (seconds) and what it lost, by part."""
        return {
            "signals": self._number,
            "worst_lag": round(self._worst_lag, 6),
            "losses": dict(self._losses),
        }

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 - a viewer's failure is not the call's
                self.lose("listener", repr(error))

    def _guard(self, part: str, action: Callable[[Journal], None]) -> None:
        assert self._journal is not None
        try:
            action(self._journal)
        except Exception as error:  # noqa: BLE001 - the call outlives its log, whatever breaks
            self.lose(part, repr(error))

    def _open_journal(self, folder: Path | None) -> Journal | None:
        if folder is None:
            return None
        try:
            return Journal(folder / JOURNAL_FILE, self.header, self._journal_lost)
        except OSError as error:
            self.lose("journal", f"{folder}: {error.strerror}")
            return None

    def _journal_lost(self, count: int, reason: str) -> None:
        self.lose("journal", reason, count)


def recover(header: CallHeader, signals: list[Signal], lost: int) -> dict[str, Any]:
    """Make the report of a call whose process died, from what its journal holds.

    A journal without an end gets one: the call ended with its process, at its last signal.
    """
    recorder = recorder_of(header)
    losses = {"journal": lost, "recorder": _fold(recorder, signals)}
    at = max(signals[-1].at if signals else header.created_at, recorder.timeline.moment(0.0))
    if recorder.closed is None:
        detail = {"who": "process", "what": "ended without closing the call"}
        killed = Closed(at=at, reason=CloseReason.JOB_SHUTDOWN, detail=detail)
        end = next((signal for signal in signals if isinstance(signal, Closed)), killed)
        if end is killed:
            losses["recorder"] += _fold(recorder, [end])
        recorder.seal(end)
    health: dict[str, Any] = {
        "signals": len(signals),
        "losses": {part: count for part, count in losses.items() if count},
    }
    return reports.build(header, recorder, timestamp=at, recovered=True, recorder_health=health)


def recorder_of(header: CallHeader) -> Recorder:
    """Return the recorder with which the fold of a call begins."""
    providers = {slot: provider.provider for slot, provider in header.providers.items()}
    return Recorder(header.seed, header.starts, providers)


def _fold(recorder: Recorder, signals: list[Signal]) -> int:
    """Fold signals and return how many of them could not be."""
    broken = 0
    for signal in signals:
        try:
            recorder.take(signal)
        except Exception as error:  # noqa: BLE001 - what broke the live log must not break this one
            logger.warning(f"A signal could not be folded ({type(signal).__name__}): {error!r}")
            broken += 1
    return broken
