"""The store that reports are brought into.

What is there already is found by the name that a call's folder has, not by reading the store, so an
import costs the same in a store of ten calls and of a hundred thousand. A folder is made under
another name and renamed when it is whole: who reads the store sees all of a call or nothing, and
an import that is broken off leaves nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eventlog import report as reports
from eventlog.call_folder import numbered
from eventlog.importing.identity import Identity, digest, identity_of
from eventlog.importing.sound import copy, sound_of
from eventlog.reader import LoggedReport, scan
from eventlog.timeline.writing import write_beside

UNFINISHED = ".importing-"
"""How the names of folders begin that are still being made."""


class Outcome(StrEnum):
    """What became of a report."""

    IMPORTED = "imported"
    PRESENT = "there already"
    DIFFERS = "differs"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Brought:
    """A report in the store.

    Attributes:
        outcome: What became of it.
        folder: Where its call is.
        warning: What went wrong beside it, "" if nothing did.
        another: Whether its job has another call in the store, in the folder that the job names.
    """

    outcome: Outcome
    folder: Path
    warning: str = ""
    another: bool = False


class ImportingError(Exception):
    """A report cannot be brought into the store; the message says why."""


class Store:
    """A folder of calls' folders.

    Args:
        directory: Where it is; it is made (mode 0700) with the first call.
        replace: Whether a report that is there and says something else is replaced.
    """

    def __init__(self, directory: Path, *, replace: bool = False) -> None:
        self._directory = directory
        self._replace = replace

    def bring(self, report: LoggedReport) -> Brought:
        """Bring one report into the store, unless its call is there.

        Raises:
            ImportingError: It cannot be written, or what should be its folder is something else.
        """
        identity = identity_of(report.data)
        try:
            present = self._present(identity)
            if present is None:
                folder = self._free(identity)
                another = folder.name != identity.name
                return Brought(Outcome.IMPORTED, folder, self._make(report, folder), another)
            if digest(present.data) == digest(report.data):
                return Brought(Outcome.PRESENT, present.source.parent)
            if not self._replace:
                return Brought(Outcome.DIFFERS, present.source.parent)
            return Brought(
                Outcome.REPLACED, present.source.parent, _write(report, present.source.parent)
            )
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ImportingError(f"{error.filename or self._directory}: {reason}") from error

    def _present(self, identity: Identity) -> LoggedReport | None:
        for folder in self._candidates(identity):
            found = next(iter(scan(folder / reports.FILE_NAME)), None)
            if isinstance(found, LoggedReport) and identity_of(found.data) == identity:
                return found
        return None

    def _candidates(self, identity: Identity) -> Iterator[Path]:
        """Where the call may be: calls of ours with the same id have numbers."""
        number = 1
        while (folder := self._directory / numbered(identity.name, number)).is_dir():
            yield folder
            number += 1
        yield self._directory / identity.name_with_time

    def _free(self, identity: Identity) -> Path:
        for name in (identity.name, identity.name_with_time):
            folder = self._directory / name
            if not folder.exists() and not folder.is_symlink():
                return folder
        raise ImportingError(
            f"{self._directory / identity.name_with_time}: the place of this call is taken by "
            "something that is not its report; move it away"
        )

    def _make(self, report: LoggedReport, folder: Path) -> str:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self._directory))  # mode 0700
        try:
            warning = _write(report, unfinished)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)  # after the rename there is none
        return warning


def _write(report: LoggedReport, folder: Path) -> str:
    """Write sound, page and report into a folder; what went wrong with the first two, or ""."""
    warnings: list[str] = []
    sound = sound_of(report)
    if sound is not None and not (folder / sound.name).exists():
        try:
            copy(sound, folder)
        except OSError as error:
            (folder / sound.name).unlink(missing_ok=True)
            warnings.append(f"its recording {sound} could not be copied ({error.strerror})")
    path = folder / reports.FILE_NAME
    error = write_beside(LoggedReport(report.data, path, 0, report.origin))
    if error is not None:
        warnings.append(f"its timeline could not be drawn ({error!r})")
    reports.write(report.data, path)
    return ", ".join(warnings)
