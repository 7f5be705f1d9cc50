"""The events of one call as they are told: those so far, then the new ones at every look."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from loguru import logger

from eventlog import file_lock, journal, report
from eventlog.events import to_dict
from eventlog.intake import recorder_of
from eventlog.items import AgentHandoff, to_history
from eventlog.journal import JournalError, JournalReader
from eventlog.jsonvalue import as_list, as_number, as_object
from eventlog.reader import LoggedReport, read
from eventlog.recorder import Recorder
from eventlog.signals import Closed, Signal

_AT_ONCE = 1 << 20


class State(StrEnum):
    """What is known of a call that is watched."""

    LIVE = "under way"
    CLOSED = "ended"
    GONE = "its process is gone"


class WatchedCall:
    """Reads the call of a folder, its report if there is one and its journal until then.

    Attributes:
        events: All its events so far, in the report's shape.
        state: Whether more is to come.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[dict[str, Any]] = []
        self.state = State.LIVE
        self.report: LoggedReport | None = None
        self._journal = folder / journal.FILE_NAME
        self._reader = JournalReader(self._journal)
        self._file: BinaryIO | None = None
        self._recorder: Recorder | None = None

    @property
    def report_path(self) -> Path:
        """Where the report is, or will be."""
        return self.folder / report.FILE_NAME

    @property
    def begin(self) -> float:
        """When it began, epoch seconds: its first event is at 0."""
        times = (as_number(event.get("created_at")) for event in self.events)
        return next((at for at in times if at is not None), 0.0)

    @property
    def handoffs(self) -> list[dict[str, Any]]:
        """The handoffs from one agent to another so far, which the chat history alone has."""
        if self.report is not None:
            history = as_object(self.report.data.get("chat_history")) or {}
            items = [as_object(item) or {} for item in as_list(history.get("items")) or []]
        elif self._recorder is not None:
            found = self._recorder.timeline.items
            items = [to_history(item) for item in found if isinstance(item, AgentHandoff)]
        else:
            items = []
        handoffs = (item for item in items if item.get("type") == "agent_handoff")
        return [item for item in handoffs if item.get("old_agent_id") is not None]

    def look(self) -> list[dict[str, Any]]:
        """Read what is new and return the events that it brought about.

        Raises:
            JournalError: The journal cannot be read.
            ReadError: The report cannot be read.
        """
        before = len(self.events)
        if self.state is State.LIVE:
            if self._file is None and self.report_path.exists():
                self._read_report()
            else:
                self._read_journal()
        return self.events[before:]

    def close(self) -> None:
        """Let go of the journal."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read_journal(self) -> None:
        self._read_signals()
        if self.state is State.LIVE and not self._is_written():
            # What was written between the look and the question is the last there will be.
            self._read_signals()
            if self.state is State.LIVE:
                self._ended_unclosed()

    def _read_signals(self) -> None:
        while data := self._bytes():
            self._fold(self._reader.feed(data))

    def _bytes(self) -> bytes:
        try:
            if self._file is None:
                self._file = self._journal.open("rb", buffering=0)
            return self._file.read(_AT_ONCE)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise JournalError(f"{self._journal}: cannot be read ({error.strerror})") from error

    def _is_written(self) -> bool:
        """Whether more may come; where no system can say, it may until there is a report."""
        if self.report_path.exists():
            return False
        if self._reader.header is None:
            return self._journal.exists()  # its first line is on its way
        try:
            return file_lock.is_held(self._journal) is not False
        except OSError:
            return False

    def _ended_unclosed(self) -> None:
        self.state = State.GONE
        if self.report_path.exists():
            self._read_report()

    def _read_report(self) -> None:
        """Go on with the report, behind the events that the journal has told already."""
        found = read(self.report_path)
        self.report = found[0]
        told = self.report.data["events"][len(self.events) :]
        self.events += [as_object(event) or {} for event in told]
        self.state = State.CLOSED

    def _fold(self, signals: list[Signal]) -> None:
        if self._recorder is None and self._reader.header is not None:
            self._recorder = recorder_of(self._reader.header)
        for signal in signals:
            assert self._recorder is not None
            try:
                told = self._recorder.take(signal)
            except Exception as error:  # noqa: BLE001 - what broke the live log must not break this
                logger.warning(f"A signal could not be folded ({type(signal).__name__}): {error!r}")
                told = []
            if isinstance(signal, Closed):
                told = told + self._recorder.seal(signal)
                self.state = State.CLOSED
            self.events += [to_dict(event) for event in told]
