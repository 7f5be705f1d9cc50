"""The page of many calls: a file with the rows in it, or a served one that asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from eventlog.index.row import Row, as_data
from eventlog.onefile import OneFilePage
from eventlog.stats.pieces import Unreadable
from eventlog.timeline.page import PAGE as TIMELINE

PAGE = Path(__file__).parent / "page"
MARK = '<meta name="generator" content="parley log index" />'
"""In every page of ours, so that no other page is taken for one and overwritten."""
MOST_NAMED = 200
"""So many unreadable entries are named on the page; all are counted."""

_STYLES = [TIMELINE / "style.css", *sorted(PAGE.glob("*.css"))]

WRITTEN = OneFilePage(PAGE, _STYLES, shared=TIMELINE)
SERVED = OneFilePage(PAGE, _STYLES, shared=TIMELINE, sources={"connect-src": "'self'"})


def render(title: str, rows: Iterable[Row], unreadable: Sequence[Unreadable]) -> str:
    """The page with its rows inside."""
    return WRITTEN.render(data={"title": title, "live": None} | told(rows, unreadable))


def render_live(title: str, url: str) -> str:
    """The page that asks `url` for its rows, again and again."""
    return SERVED.render(data={"title": title, "live": url})


def told(rows: Iterable[Row], unreadable: Sequence[Unreadable]) -> dict[str, Any]:
    """The page's data: rows, how many entries could not be read, and the first of them."""
    return as_data(rows) | {
        "unreadable": len(unreadable),
        "problems": [str(each) for each in unreadable[:MOST_NAMED]],
    }
