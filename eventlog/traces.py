"""The files beside a report that tell why: the process's log of the call, and what LLMs were asked.

They are written by whoever holds the call (bot/traces) and read by whoever looks at it.
"""

from __future__ import annotations

from pathlib import Path

from eventlog.call_folder import REPORT_FILE
from eventlog.reader import LoggedReport, Origin


def beside(report: LoggedReport, name: str) -> Path | None:
    """Where a file of a report's call lies, None if there is none.

    A folder is that of one call, whose report has its usual name; another report that somebody
    put there is of another call.
    """
    path = report.source.with_name(name)
    is_of_the_folder = report.origin is Origin.PARLEY and report.source.name == REPORT_FILE
    return path if is_of_the_folder and path.is_file() else None
