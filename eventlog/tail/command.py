"""`parley log tail`: a call in the terminal while it goes on.

What folds and what draws is imported when the command runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.plaintext import say

if TYPE_CHECKING:
    from eventlog.tail.call import WatchedCall
    from eventlog.tail.watching import Viewer

HELP = """\
Show the last events of a call, and with --follow each further one as it happens.

\b
Example:
  parley serve                      # in one terminal
  parley log tail --follow          # in another, before or during the call
  sessions/20260208T074746Z-5f2a10c4: under way
  00:08.902 user  heard so far: like I want to
  00:09.813 user  Like I want to know about Python.
  00:11.240 agent Sure! Here's a [cut off]  (heard for 1.120 s · e2e 1.263)

CALL is the folder of a call, its journal.jsonl or report.json, or a folder of calls, of which the
newest is shown; without it that is $PARLEY_LOG_DIR, or sessions/ here. A call that goes on is read
from its journal, one that has ended from its report. With --follow a folder of calls is waited on
until a call is under way in it; the command ends with the call. What is said about the log itself
goes to stderr. Exit code: 0, 1 if the process of the call is gone without having closed it, 2 if
there is nothing to read.
"""
_GONE, _NOTHING = 1, 2


def tail(
    call: Annotated[
        Path | None, typer.Argument(metavar="CALL", help="A call, or a folder of calls.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the call ends.")
    ] = False,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, help="How many events to begin with.")
    ] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the events as they are, one a line.")
    ] = False,
) -> int:
    """Show the end of one call's log, and what is added to it."""
    from eventlog.journal import JournalError
    from eventlog.reader import ReadError
    from eventlog.tail.call import WatchedCall
    from eventlog.tail.finding import NoCallError
    from eventlog.tail.viewers import JsonViewer, LineViewer

    try:
        watched = WatchedCall(_found(call, follow))
        try:
            return _tail(watched, JsonViewer() if as_json else LineViewer(), follow, lines)
        finally:
            watched.close()
    except (NoCallError, JournalError, ReadError) as error:
        say(sys.stderr, str(error))
        return _NOTHING


def _found(given: Path | None, follow: bool) -> Path:
    from eventlog.tail.finding import NoCallError, directory_of_calls, folder_of, newest
    from eventlog.tail.watching import wait_for_call

    if given is not None and (folder := folder_of(given)) is not None:
        return folder
    directory = given or directory_of_calls()
    if not follow:
        folder = newest(directory)
        if folder is None:
            raise NoCallError(
                f"{directory}: there is no call in it yet; --follow waits for one, "
                "and another folder can be named"
            )
        return folder
    folder = newest(directory, under_way=True)
    if folder is None:
        say(sys.stderr, f"{directory}: no call is under way, waiting for the next one")
    return folder or wait_for_call(directory)


def _tail(call: WatchedCall, viewer: Viewer, follow: bool, last: int) -> int:
    from eventlog.tail import watching
    from eventlog.tail.call import State
    from eventlog.tail.telling import Telling

    telling = Telling()
    call.look()
    if call.state is not State.GONE:
        say(sys.stderr, f"{call.folder}: {call.state}")
    watching.show_last(call, viewer, last, telling)
    if follow:
        watching.follow(call, viewer, telling)
        if call.state is State.CLOSED:
            _tell_end(call, watching.wait_for_report(call))
    if call.state is State.GONE:
        remedy = f"parley log recover {call.folder} makes its report"
        say(sys.stderr, f"{call.folder}: {call.state}; {remedy}")
        return _GONE
    return 0


def _tell_end(call: WatchedCall, reported: bool) -> None:
    reason = call.events[-1].get("reason") if call.events else None
    where = (
        f"report: {call.report_path}"
        if reported
        else f"no report was written; parley log recover {call.folder} makes it"
    )
    say(sys.stderr, f"closed: {reason or '?'}; {where}")
