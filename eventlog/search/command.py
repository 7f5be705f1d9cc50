"""`parley log search`: in which calls something was said, and when."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventlog.plaintext import say
from eventlog.search.query import Query, QueryError, Role

if TYPE_CHECKING:
    from eventlog.search.find import Found
    from eventlog.stats.pieces import Unreadable

HELP = """\
Search the transcripts of many calls: who said it, in which call, and when.

\b
Example:
  parley log search python sessions/ session_dump.txt
  session_dump.txt: 00:23.425 user  Like, I want to know about Python language.
  parley log search 'refund|money back' --regex --role user --context 2
  parley log search get_weather --role tool --json

Searched is what `parley log show` tells as said: the messages of user and agent, of an
interrupted one the words that were heard, and the calls of tools with their outputs. Times are
those of the log: when the message was added to it. Upper and lower case are the same, and so are
the forms that Unicode has for one letter; runs of white space are one space. A regular expression
(Python's) is matched against a message as it is, but for white space and composed accents.

PATH is a file or a folder, as for `parley log stats` (default: sessions). Exit code: 0 found,
1 nothing found, 2 anything at all could not be read.
"""


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is searched for.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files of reports, and folders of them."),
    ] = None,
    regex: Annotated[
        bool, typer.Option("--regex", "-e", help="TEXT is a regular expression.")
    ] = False,
    role: Annotated[
        list[Role] | None, typer.Option("--role", help="Only their lines; may be given again.")
    ] = None,
    case_sensitive: Annotated[
        bool, typer.Option("--case-sensitive", "-s", help="Let the case of letters matter.")
    ] = False,
    context: Annotated[
        int, typer.Option("--context", "-C", min=0, help="So many lines around each hit, too.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a hit, one a line.")
    ] = False,
) -> int:
    """Search calls; 0 if anything was found, 1 if not, 2 if something could not be read."""
    from eventlog.search.find import Found
    from eventlog.search.find import search as search_in

    query = Query(text, regex, case_sensitive, frozenset(role or ()), context)
    found = unreadable = False
    try:
        for entry in search_in(paths or [Path("sessions")], query):
            if isinstance(entry, Found):
                _tell(entry, query, as_json, first=not found)
                found = True
            else:
                _tell_unreadable(entry, as_json)
                unreadable = True
    except QueryError as error:
        say(sys.stderr, str(error))
        return 2
    return 2 if unreadable else 0 if found else 1


def _tell(found: Found, query: Query, as_json: bool, *, first: bool) -> None:
    for line in _lines(found, query, as_json, first):
        sys.stdout.write(line + "\n")


def _lines(found: Found, query: Query, as_json: bool, first: bool) -> Iterator[str]:
    from eventlog.search import telling

    grouped = query.context > 0
    if as_json:
        yield from map(json.dumps, telling.as_json(found, context=grouped))
        return
    if grouped and not first:
        yield "--"
    yield from telling.text_lines(found, colour=_has_colour(), grouped=grouped)


def _has_colour() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def _tell_unreadable(entry: Unreadable, as_json: bool) -> None:
    if as_json:
        told = {"file": entry.file, "line": entry.line, "unreadable": entry.problem}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        say(sys.stderr, str(entry))
