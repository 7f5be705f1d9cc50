"""A file that grows line by line, written from a thread of its own.

No disk is waited for by a call: a line is handed over and that is all. What could not be written
is counted, never raised. A queue that a slow disk lets grow has an end, so that a disk that hangs
costs lines and not the process's memory.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from eventlog import file_lock

OnLost = Callable[[int, str], None]

MOST_WAITING = 100_000
"""Lines that may wait for the disk at once."""


class LineFile:
    """Appends lines to a new file (mode 0600), whose lock is held until it is closed.

    Args:
        path: The file to create; its folder must exist.
        thread: The name of the thread that writes.
        on_lost: Told how many lines could not be written and why: by `settle` of what is known by
            then, and at the end of the rest.
        first: What is on disk before this returns.
        finish: Makes of a line what is written, in the writing thread; must not raise.
        most_waiting: How many lines may wait for the disk; what comes beyond is lost.

    Raises:
        OSError: The file cannot be created, or `first` not be written.
    """

    def __init__(
        self,
        path: Path,
        thread: str,
        on_lost: OnLost,
        *,
        first: bytes = b"",
        finish: Callable[[bytes], bytes] | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._on_lost = on_lost
        self._finish = finish
        self._most = most_waiting
        self._too_many = 0
        self._lines: queue.SimpleQueue[bytes | threading.Event | None] = queue.SimpleQueue()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL
        self._file = os.open(path, flags, 0o600)
        # Before there is a first line to be read, so that no reader finds a file nobody holds.
        file_lock.hold(self._file)
        if first:
            os.write(self._file, first)
        self._thread = threading.Thread(target=self._write, name=thread, daemon=True)
        self._thread.start()

    def append(self, line: bytes) -> None:
        """Hand one line, its end included, to the writer; never blocks."""
        if self._lines.qsize() < self._most:
            self._lines.put(line)
        else:
            self._too_many += 1

    def settle(self, timeout: float = 2.0) -> None:
        """Have what was lost so far told, when what is pending has been written.

        Args:
            timeout: Seconds to wait at most.
        """
        settled = threading.Event()
        self._lines.put(settled)
        settled.wait(timeout)

    def close(self, timeout: float = 2.0) -> None:
        """Write what is pending and close the file, waiting no longer than `timeout` seconds."""
        self._lines.put(None)
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._on_lost(self._lines.qsize(), f"the disk did not take it within {timeout} s")

    def _write(self) -> None:
        lost, reason = 0, ""
        while (line := self._lines.get()) is not None:
            if isinstance(line, threading.Event):
                self._tell(lost, reason)
                lost = 0
                line.set()
                continue
            try:
                _write_whole(self._file, self._finish(line) if self._finish else line)
            except OSError as error:
                lost, reason = lost + 1, error.strerror or str(error)
        try:
            os.close(self._file)
        except OSError as error:  # some disks say only here that they did not take it all
            lost, reason = lost + 1, error.strerror or str(error)
        self._tell(lost, reason)

    def _tell(self, lost: int, reason: str) -> None:
        too_many, self._too_many = self._too_many, 0
        if lost:
            self._on_lost(lost, reason)
        if too_many:
            self._on_lost(too_many, f"more than {self._most:,} lines waited for the disk")


def _write_whole(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]
