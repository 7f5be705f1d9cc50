"""Which call is meant: its folder, its journal or report, or the newest in a folder of calls."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from eventlog import file_lock, journal, report

DIRECTORY = "sessions"
DIRECTORY_VARIABLE = "PARLEY_LOG_DIR"


class NoCallError(Exception):
    """There is no call where one was looked for; the message says where and what to do."""


def directory_of_calls() -> Path:
    """Where calls are if nobody says so: what `PARLEY_LOG_DIR` names, or `sessions`."""
    return Path(os.environ.get(DIRECTORY_VARIABLE) or DIRECTORY)


def is_call(folder: Path) -> bool:
    """Say whether a folder is that of a call."""
    return any((folder / name).exists() for name in (journal.FILE_NAME, report.FILE_NAME))


def is_under_way(folder: Path) -> bool:
    """Say whether the call of a folder goes on, as far as that can be known."""
    path = folder / journal.FILE_NAME
    if (folder / report.FILE_NAME).exists() or not path.exists():
        return False
    try:
        return file_lock.is_held(path) is not False
    except OSError:
        return False


def folder_of(given: Path) -> Path | None:
    """The folder of the one call that is meant, None if `given` is a folder of calls.

    Raises:
        NoCallError: There is nothing, or a file that is no call's.
    """
    if given.is_dir():
        return given if is_call(given) else None
    if not given.exists():
        raise NoCallError(f"{given}: there is no such file or folder")
    if given.name not in (journal.FILE_NAME, report.FILE_NAME):
        raise NoCallError(
            f"{given}: it is neither a {journal.FILE_NAME} nor a {report.FILE_NAME}; "
            "parley log show reads other reports"
        )
    return given.parent


def newest(directory: Path, *, under_way: bool = False) -> Path | None:
    """The folder of the call that was written to last, of those that go on if asked so."""
    for _, folder in sorted(_calls(directory), reverse=True):
        if not under_way or is_under_way(folder):
            return folder
    return None


def _calls(directory: Path) -> Iterator[tuple[float, Path]]:
    """Each call of a directory and when its log was last written to."""
    try:
        folders = [Path(entry.path) for entry in os.scandir(directory) if entry.is_dir()]
    except OSError:
        return
    for folder in folders:
        for name in (journal.FILE_NAME, report.FILE_NAME):
            try:
                written = (folder / name).stat().st_mtime
            except OSError:
                continue
            yield written, folder
            break
