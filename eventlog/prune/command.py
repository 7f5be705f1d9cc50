"""`parley log prune`: remove the calls that are old."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.plaintext import say

if TYPE_CHECKING:
    from eventlog.prune.calls import Kept, OldCall

HELP = """\
Remove the folders of calls that ended longer ago than a length of time.

\b
Example:
  parley log prune --older-than 30d --dry-run
  sessions/a1: 41 days old, 3.2 MB
  sessions/a2: 38 days old, 12 kB, never recovered: it has a journal and no report
  2 calls, 3.2 MB
  parley log prune --older-than 2w --yes sessions

A length is so many days (30d), hours (12h) or weeks (2w). The time of a call is that of its
report, or of the last line of its journal if its process was killed and it was never recovered.
Only folders directly in DIR are looked at, and no links. Kept are calls that still go on, those
whose age cannot be told, and folders that hold anything that no call leaves, such as notes.

On a terminal you are asked first; elsewhere nothing is removed without --yes. Exit code: 0 done,
1 an old folder was kept for what it holds, or you said no, 2 something could not be read or
removed, or nobody said --yes.
"""


def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="TIME", help="30d, 12h, 2w: days, hours, weeks.")
    ],
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of calls' folders.")
    ] = Path("sessions"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Tell what would be removed, and end.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a call, one a line.")
    ] = False,
) -> int:
    """Remove old calls; the exit code says the worst that happened."""
    from eventlog.prune.calls import OldCall, Reason, old_calls
    from eventlog.prune.duration import DurationError, seconds_of

    now = time.time()
    try:
        before = now - seconds_of(older_than)
    except DurationError as error:
        return _refuse(f"--older-than {error}")
    if problem := _problem_of(directory):
        return _refuse(f"{directory}: {problem}")
    calls: list[OldCall] = []
    code = 0
    try:
        for found in old_calls(directory, before):
            if isinstance(found, OldCall):
                calls.append(found)
            else:
                _tell_kept(found, as_json)
                code = max(code, {Reason.LIVE: 0, Reason.NOT_ALONE: 1}.get(found.reason, 2))
    except OSError as error:
        return _refuse(f"{directory}: {(error.strerror or str(error)).lower()}")
    if dry_run or not as_json:
        _tell_old(calls, now, as_json)
    if not as_json:
        _sum_up(calls, directory, older_than)
    if dry_run or not calls:
        return code
    return max(code, _may_remove(yes, as_json) or _remove_all(calls, before, as_json))


def _problem_of(directory: Path) -> str | None:
    from eventlog.call_folder import REPORT_FILE
    from eventlog.journal import FILE_NAME

    if not directory.exists():
        return "no such folder"
    if not directory.is_dir():
        return "not a folder"
    if (directory / REPORT_FILE).exists() or (directory / FILE_NAME).exists():
        return "the folder of one call; name the folder of such folders"
    return None


def _may_remove(yes: bool, as_json: bool) -> int:
    """0 if the calls may be removed, else the exit code."""
    if yes:
        return 0
    if as_json or not sys.stdin.isatty():
        return _refuse("nothing was removed: --yes removes them, --dry-run only looks")
    sys.stdout.flush()
    sys.stderr.write("Remove them? They cannot be had back. [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return 0
    say(sys.stdout, "nothing was removed")
    return 1


def _remove_all(calls: list[OldCall], before: float, as_json: bool) -> int:
    from eventlog.prune.calls import look, remove

    removed, size, code = 0, 0, 0
    for call in calls:
        # Looked at again: somebody may have taken their time to answer, or recovered the call.
        if look(call.folder, before) != call:
            problem = "it has changed meanwhile, so it is kept; look again"
        else:
            try:
                remove(call)
            except OSError as error:
                problem = f"not removed ({(error.strerror or str(error)).lower()})"
            else:
                removed, size = removed + 1, size + call.size
                if as_json:
                    _print_json(call, "removed")
                continue
        code = 2
        if as_json:
            _print_json(call, "failed", problem)
        else:
            say(sys.stderr, f"{call.folder}: {problem}")
    if not as_json:
        say(sys.stdout, f"removed {_number(removed)}, {_bytes(size)}")
    return code


def _tell_old(calls: list[OldCall], now: float, as_json: bool) -> None:
    from eventlog.prune.duration import age

    for call in calls:
        if as_json:
            _print_json(call, "old")
            continue
        never = "" if call.reported else ", never recovered: it has a journal and no report"
        line = f"{call.folder}: {age(now - call.ended_at)}, {_bytes(call.size)}{never}"
        say(sys.stdout, line)


def _sum_up(calls: list[OldCall], directory: Path, older_than: str) -> None:
    if calls:
        total = _bytes(sum(call.size for call in calls))
        say(sys.stdout, f"{_number(len(calls))}, {total}")
    else:
        say(sys.stdout, f"{directory}: no call that is older than {older_than} can be removed")


def _tell_kept(kept: Kept, as_json: bool) -> None:
    if as_json:
        told = {"folder": str(kept.folder), "outcome": "kept", "problem": kept.detail}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        say(sys.stderr, str(kept))


def _print_json(call: OldCall, outcome: str, problem: str | None = None) -> None:
    told = {
        "folder": str(call.folder),
        "outcome": outcome,
        "ended_at": call.ended_at,
        "bytes": call.size,
        "reported": call.reported,
    }
    sys.stdout.write(json.dumps(told | ({"problem": problem} if problem else {})) + "\n")


def _number(calls: int) -> str:
    return "1 call" if calls == 1 else f"{calls} calls"


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"


def _refuse(problem: str) -> int:
    say(sys.stderr, problem)
    return 2
