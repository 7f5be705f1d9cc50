"""`parley log recover`: make the reports of calls whose process died.

What recovers (the recorder, and the log that it writes to) is imported when the command runs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from eventlog.plaintext import say

HELP = """\
Make the reports of calls whose process died, from their journals.

\b
Example:
  parley log recover sessions/a1
  sessions/a1/report.json: recovered (41 events)
  parley log recover sessions
  sessions/a2/report.json: it has a report already; --force replaces it

Each DIR is the folder of one call, or a folder of such folders; of the latter, only those calls
are looked at that have a journal. The timeline is drawn beside each report. Exit code: 0 all of
them have a report now, 1 a call had one already and kept it, 2 a journal could not be read or a
report could not be written.
"""


def recover(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Folders of calls, or of such folders.")
    ],
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace the reports that are there already.")
    ] = False,
) -> int:
    """Recover calls, one line each; the exit code says the worst that happened."""
    code = 0
    for given in folders:
        for folder in _calls_of(given):
            code = max(code, _recover_one(folder, force))
    return code


def _calls_of(folder: Path) -> list[Path]:
    from eventlog import journal

    if (folder / journal.FILE_NAME).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{journal.FILE_NAME}")) or [folder]


def _recover_one(folder: Path, force: bool) -> int:
    from eventlog.recovery import AlreadyReportedError, RecoveryError, recover_folder

    try:
        path = recover_folder(folder, force=force)
    except AlreadyReportedError as error:
        say(sys.stderr, str(error))
        return 1
    except RecoveryError as error:
        say(sys.stderr, str(error))
        return 2
    say(sys.stdout, f"{path}: recovered ({_events_in(path)} events)")
    return 0


def _events_in(path: Path) -> int:
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return len(report["events"])
