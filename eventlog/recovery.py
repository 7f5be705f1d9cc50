"""Recovery: the report of a call whose process died before it could write one.

The journal holds everything that the call knew, so the report is made from it alone, and it says
of itself that it was recovered. Its timeline is drawn beside it, as at the end of every call.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loguru import logger

from eventlog import file_lock, journal, report
from eventlog.intake import recover
from eventlog.reader import LoggedReport, Origin
from eventlog.timeline import writing as timeline


class RecoveryError(Exception):
    """A call's report cannot be made from its journal; the message says why and what to do."""


class AlreadyReportedError(RecoveryError):
    """The call has a report already, which is left as it is."""


def recover_folder(folder: Path, *, force: bool = False) -> Path:
    """Write the report of the call in `folder` and its timeline, and return the report's path.

    Args:
        folder: The folder of one call, with its journal.
        force: Whether a report that is there already is replaced.

    Raises:
        AlreadyReportedError: There is a report, and `force` is not set.
        RecoveryError: There is no readable journal, the call is under way, or the report cannot be
            written.
    """
    path = folder / report.FILE_NAME
    if path.exists() and not force:
        raise AlreadyReportedError(f"{path}: it has a report already; --force replaces it")
    source = folder / journal.FILE_NAME
    if not source.exists():
        raise RecoveryError(f"{folder}: it holds no {journal.FILE_NAME}, so it is no call's folder")
    try:
        header, signals, lost = journal.read(source)
    except journal.JournalError as error:
        raise RecoveryError(str(error)) from error
    if file_lock.is_held(source):
        raise RecoveryError(f"{folder}: the call is under way, and will leave its report itself")
    try:
        _write(recover(header, signals, lost), path)
    except OSError as error:
        raise RecoveryError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def _write(data: dict[str, Any], path: Path) -> None:
    report.write(data, path)
    error = timeline.write_beside(LoggedReport(data, path, 0, Origin.PARLEY))
    if error is not None:
        logger.error(f"The timeline of {path} could not be written ({error!r})")
        timeline.count_loss(data)
        report.write(data, path)
