"""The calls of a store that are old, and what speaks against removing them.

A call's folder is a folder, no link to one, directly in the store, with a report or a journal in
it. It is removed only if there is nothing in it but what a call leaves, so that a folder in which
somebody keeps more is never taken for one.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from eventlog import file_lock, journal
from eventlog.call_folder import LLM_FILE, LOG_FILE, REPORT_FILE, TIMELINE_FILE
from eventlog.stats.reading import records
from eventlog.stats.record import Record
from eventlog.timeline.recording import SOUNDS

LEFT_BY_CALLS = (journal.FILE_NAME, REPORT_FILE, TIMELINE_FILE, LOG_FILE, LLM_FILE, ".DS_Store")
SUFFIXES = (".partial", ".vtt", *SOUNDS)
EXPORTED = ("call.trace.json", "call.conversation.json")
"""What `parley log export` writes beside a report, besides captions, if nobody says where to."""
QUIET = 86_400.0
"""Seconds. Where no lock tells, a journal that was written to so lately may be of a live call."""


class Reason(Enum):
    """Why a call that seems old is kept."""

    LIVE = "it is still being written"
    NOT_ALONE = "no call leaves this"
    UNKNOWN = "its age is not known"


@dataclass(frozen=True, slots=True)
class OldCall:
    """A call that may be removed.

    Attributes:
        folder: Its folder.
        files: The files in it; its report, or else its journal, is the last.
        ended_at: When it ended, epoch seconds.
        size: The bytes that its files have.
        reported: Whether it has a report; else its process was killed, and nobody recovered it.
    """

    folder: Path
    files: tuple[str, ...]
    ended_at: float
    size: int
    reported: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A call that is kept although it seems old."""

    folder: Path
    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.folder}: kept, {self.detail}"


class _UnknownAgeError(Exception):
    pass


def old_calls(directory: Path, before: float) -> Iterator[OldCall | Kept]:
    """The calls directly in a folder that ended before some time (epoch seconds), by name.

    Raises:
        OSError: The folder cannot be read.
    """
    with os.scandir(directory) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    for name in names:
        found = look(directory / name, before)
        if found is not None:
            yield found


def look(folder: Path, before: float) -> OldCall | Kept | None:
    """What there is to a folder: None if it is no call's, or of one that is not old."""
    try:
        files = _files(folder)
        told_by = [name for name in (REPORT_FILE, journal.FILE_NAME) if name in files]
        if folder.is_symlink() or not told_by:
            return None
        if not all(stat.S_ISREG(files[name].st_mode) for name in told_by):
            return Kept(folder, Reason.NOT_ALONE, f"its {' or '.join(told_by)} is not a file")
        ended_at = _ended_at(folder, files)
        if ended_at >= before:
            return None
        if _is_live(folder, files):
            return Kept(folder, Reason.LIVE, "its journal is still being written")
    except OSError as error:
        return Kept(folder, Reason.UNKNOWN, f"it cannot be read ({error.strerror})")
    except _UnknownAgeError as error:
        return Kept(folder, Reason.UNKNOWN, f"its age is not known: {error}")
    for name, status in sorted(files.items()):
        if not _is_left_by_calls(name, status):
            return Kept(folder, Reason.NOT_ALONE, f"it holds {name}, which no call leaves")
    return OldCall(
        folder,
        tuple(sorted(files, key=_last_of_all)),
        ended_at,
        sum(status.st_size for status in files.values()),
        REPORT_FILE in files,
    )


def remove(call: OldCall) -> None:
    """Remove a call's files and its folder.

    What makes it a call's folder goes last: what was broken off is found by the next prune.

    Raises:
        OSError: Something could not be removed.
    """
    for name in call.files:
        (call.folder / name).unlink()
    call.folder.rmdir()


def _files(folder: Path) -> dict[str, os.stat_result]:
    """What is in a folder; of a link the link itself."""
    with os.scandir(folder) as entries:
        return {entry.name: entry.stat(follow_symlinks=False) for entry in entries}


def _is_left_by_calls(name: str, status: os.stat_result) -> bool:
    named = name in LEFT_BY_CALLS or name in EXPORTED
    known = named or Path(name).suffix.lower() in SUFFIXES
    return known and stat.S_ISREG(status.st_mode)


def _last_of_all(name: str) -> tuple[bool, bool, str]:
    return name == REPORT_FILE, name == journal.FILE_NAME, name


def _ended_at(folder: Path, files: dict[str, os.stat_result]) -> float:
    return _by_report(folder / REPORT_FILE) if REPORT_FILE in files else _by_journal(folder)


def _by_report(path: Path) -> float:
    ends: list[float] = []
    for found in records(str(path)):
        if not isinstance(found, Record):
            raise _UnknownAgeError(found.problem)
        times = (found.timestamp, *(event.created_at for event in found.events))
        ends += [at for at in times if at is not None]
    if not ends:
        raise _UnknownAgeError("its report names no time")
    return max(ends)


def _by_journal(folder: Path) -> float:
    try:
        header, signals, _ = journal.read(folder / journal.FILE_NAME)
    except journal.JournalError as error:
        raise _UnknownAgeError(str(error)) from error
    return max((signal.at for signal in signals), default=header.created_at)


def _is_live(folder: Path, files: dict[str, os.stat_result]) -> bool:
    status = files.get(journal.FILE_NAME)
    if status is None:
        return False
    held = file_lock.is_held(folder / journal.FILE_NAME)
    if held is None:
        return REPORT_FILE not in files and time.time() - status.st_mtime < QUIET
    return held
