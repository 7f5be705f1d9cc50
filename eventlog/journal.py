"""The journal: every signal of a call on disk as it happens, one JSON line each.

A report written at the end is lost with a process that is killed. The journal is not: it holds a
header line and then the numbered signals, and the report is a fold over it (`recover`). A writer
thread keeps the disk off the event loop; what it could not write is counted, never raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from eventlog.call_folder import JOURNAL_FILE
from eventlog.header import JOURNAL_VERSION, CallHeader
from eventlog.line_file import LineFile, OnLost
from eventlog.signals import AnySignal, Signal

FILE_NAME = JOURNAL_FILE


class JournalError(Exception):
    """A journal cannot be read; the message names the file, the line and the remedy."""


class JournalLine(msgspec.Struct):
    """One line after the header: the number of the signal, counted from one, and the signal."""

    n: int
    s: AnySignal


class Journal:
    """Appends signals to a file of its own (mode 0600) from a thread of its own.

    Args:
        path: The file to create; its folder must exist.
        on_lost: Told once how many lines could not be written and why.

    Raises:
        OSError: The file cannot be created.
    """

    def __init__(self, path: Path, header: CallHeader, on_lost: OnLost) -> None:
        self.path = path
        self._encoder = msgspec.json.Encoder()
        # The header is on disk before the call begins, so that no journal lacks it.
        first = self._encoder.encode(header) + b"\n"
        self._file = LineFile(path, "parley-journal", on_lost, first=first)

    def append(self, number: int, signal: Signal) -> None:
        """Hand one signal to the writer; never blocks."""
        self._file.append(self._encoder.encode({"n": number, "s": signal}) + b"\n")

    def close(self, timeout: float = 2.0) -> None:
        """Write what is pending and close the file, waiting no longer than `timeout` seconds."""
        self._file.close(timeout)


class JournalReader:
    """Makes signals of a journal's bytes as they come, also while it is being written.

    Attributes:
        header: What its first line says, None until the whole of that has come.
        lost: How many signals are missing or unreadable so far.
    """

    def __init__(self, path: Path) -> None:
        self.header: CallHeader | None = None
        self.lost = 0
        self._path = path
        self._decoder = msgspec.json.Decoder(JournalLine)
        self._expected = 1
        self._rest = b""

    def feed(self, data: bytes) -> list[Signal]:
        """Return the signals whose lines end in `data`.

        Raises:
            JournalError: It does not begin with a header of this version.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        return self._signals(lines)

    def end(self) -> list[Signal]:
        """Return the signal of a last line that has no end, if it can be read.

        Raises:
            JournalError: There is no line before it, and it is no header of this version.
        """
        last, self._rest = self._rest, b""
        return self._signals([last])

    def _signals(self, lines: list[bytes]) -> list[Signal]:
        signals: list[Signal] = []
        for line in lines:
            if self.header is None:
                self.header = _read_header(self._path, line)
            elif line:
                signals.extend(self._decoded(line))
        return signals

    def _decoded(self, line: bytes) -> Iterator[Signal]:
        try:
            entry = self._decoder.decode(line)
        except msgspec.MsgspecError:
            self.lost, self._expected = self.lost + 1, self._expected + 1
            return
        self.lost += max(0, entry.n - self._expected)
        self._expected = entry.n + 1
        yield entry.s


def read(path: Path) -> tuple[CallHeader, list[Signal], int]:
    """Read a journal, also one that broke off in the middle of a line.

    Returns:
        The header, the signals in order, and how many signals are missing or unreadable.

    Raises:
        JournalError: The file cannot be read or does not begin with a header of this version.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: cannot be read ({error.strerror})") from error
    reader = JournalReader(path)
    signals = [*reader.feed(data), *reader.end()]
    assert reader.header is not None  # of nothing `end` makes an error
    return reader.header, signals, reader.lost


def _read_header(path: Path, line: bytes) -> CallHeader:
    try:
        raw: Any = msgspec.json.decode(line)
        version = raw["journal"]
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise JournalError(f"{path}: line 1 is not the header of a journal") from error
    if version != JOURNAL_VERSION:
        raise JournalError(
            f"{path}: journal version {version} is not known here (this reads {JOURNAL_VERSION}); "
            "read it with the version of parley that wrote it"
        )
    try:
        return msgspec.convert(raw, CallHeader)
    except msgspec.MsgspecError as error:
        raise JournalError(f"{path}: the header is damaged ({error})") from error
