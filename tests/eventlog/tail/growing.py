"""A call whose journal grows while it is watched, and everything that is shown of it."""

import json
from pathlib import Path

from eventlog import report as reports
from eventlog.header import CallHeader
from eventlog.journal import FILE_NAME, Journal
from eventlog.moments import Moment
from eventlog.signals import Signal
from tests.eventlog.folding import header


class Growing:
    """Writes the journal of a call piece by piece."""

    def __init__(self, folder: Path, signals: list[Signal]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / FILE_NAME
        self._written = 0
        self._left = list(enumerate(signals, 1))
        self._journal = Journal(self.path, self.header, lambda count, why: None)

    @property
    def header(self) -> CallHeader:
        return header()

    def grow(self, signals: int = 1) -> None:
        """Have the next signals written; they are on disk when this returns."""
        written = 1 + self._written + len(self._left[:signals])
        for number, signal in self._left[:signals]:
            self._journal.append(number, signal)
            self._written += 1
        self._left = self._left[signals:]
        while self.path.read_bytes().count(b"\n") < written:
            pass  # the journal's own thread is at it

    def end(self) -> None:
        """Write what is left, and let go of the journal."""
        self.grow(len(self._left))
        self._journal.close()

    def report(self, data: dict) -> Path:
        path = self.folder / reports.FILE_NAME
        reports.write(data, path)
        return path


class Shown:
    """A viewer that keeps what it is given."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.events: list[dict] = []

    def show(self, moments: list[Moment], begin: float) -> None:
        self.moments += moments

    def pass_on(self, events: list[dict]) -> None:
        self.events += json.loads(json.dumps(events))
