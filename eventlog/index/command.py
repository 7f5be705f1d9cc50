"""`parley log index`: many calls as a table to look through."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.call_folder import REPORT_FILE
from eventlog.plaintext import say

if TYPE_CHECKING:
    from eventlog.index.writing import Written

HELP = """\
Put many calls into one HTML page: a table to sort and filter, charts over time, each row leading
to the timeline of its call.

\b
Example:
  parley log index sessions --open
  sessions/index.html: 312 calls, 148 kB
  parley log index livekit_reports/ -o calls.html
  parley log index session_dump.txt --timelines 0

DIR is searched to its bottom, as `parley log stats` does; it may be one file too. The page goes to
DIR/index.html, and that of one file or of one call's folder beside it. Where a call has no
timeline.html beside its report, it is drawn there; those of reports in other files, or in folders
that cannot be written, go into a folder beside the page (index-timelines/). At most 500 are drawn,
of the newest calls first; --timelines says how many. The other rows name the command that draws
theirs.

What cannot be read is named on stderr and on the page. Exit code: 0, 1 if the page or a timeline
could not be written, 2 if nothing could be read.
"""


def index(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of reports, or a file of them.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PAGE", help="Where the page goes.")
    ] = None,
    timelines: Annotated[
        int,
        typer.Option("--timelines", metavar="N", help="Draw so many missing timelines.", min=0),
    ] = 500,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> int:
    """Write the page of some calls; 2 if none could be read."""
    from eventlog.index.collect import collect
    from eventlog.stats.command import tell_unreadable

    calls = collect([folder])
    tell_unreadable(calls.unreadable)
    if not calls.found:
        return 2
    page = output or page_of(folder)
    if output is None and _is_another(page):
        say(sys.stderr, f"{page}: there is another page of this name; -o names a file for this one")
        return 1
    from eventlog.index.writing import write

    try:
        written = write(calls, folder, page, timelines)
    except OSError as error:
        say(sys.stderr, f"{page}: {(error.strerror or str(error)).lower()}; -o names another file")
        return 1
    _tell(written, len(calls.found))
    if show:
        from eventlog.timeline.command import open_page

        open_page(page)
    return 1 if written.failure else 0


def page_of(folder: Path) -> Path:
    """Where the page goes if nobody says so: into a folder of calls, else beside what is given."""
    if (folder / REPORT_FILE).exists():
        return folder.resolve().with_name(f"{folder.resolve().name}.index.html")
    if folder.is_dir():
        return folder / "index.html"
    return folder.with_name(f"{folder.stem}.index.html")


def _is_another(page: Path) -> bool:
    """Whether a file stands where the page would go that is none of ours."""
    from eventlog.index.page import MARK

    try:
        with page.open("rb") as file:
            return MARK.encode() not in file.read(2000)
    except OSError:
        return False


def _tell(written: Written, calls: int) -> None:
    count = "1 call" if calls == 1 else f"{calls} calls"
    say(sys.stdout, f"{written.path}: {count}, {-(-written.size // 1000)} kB")
    if written.drawn:
        say(sys.stderr, f"missing timelines drawn: {written.drawn}")
    if written.failure:
        say(sys.stderr, f"not every timeline could be written: {written.failure}")
    elif written.left:
        say(
            sys.stderr,
            f"missing timelines left: {written.left}; --timelines says how many are drawn",
        )
