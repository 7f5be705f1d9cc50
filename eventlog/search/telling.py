"""Hits as a person reads them, and as a machine does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eventlog.call_folder import REPORT_FILE
from eventlog.moments import clock
from eventlog.plaintext import clean, harmless
from eventlog.search.find import Found
from eventlog.search.folding import Span
from eventlog.search.lines import Line

HIT, PLAIN = "\x1b[1;31m", "\x1b[0m"
AROUND = 160
"""Of a very long line, so many characters are shown at each side of a hit."""
LONG = 480


def text_lines(found: Found, *, colour: bool = False, grouped: bool = False) -> Iterator[str]:
    """The lines of one call; those that stand around a hit have `-` where a hit has `:`.

    Args:
        found: The call.
        colour: Whether hits are marked by colour.
        grouped: Whether lines that do not follow each other in the call have `--` between them.
    """
    previous: int | None = None
    for place, line in found.lines.items():
        if grouped and previous is not None and place > previous + 1:
            yield "--"
        previous = place
        spans = found.hits.get(place, [])
        mark = ":" if spans else "-"
        words = "".join(_pieces(line.text, spans, colour=colour))
        cut = " [cut off]" if line.cut else ""
        yield f"{clean(call_of(found))}{mark} {_time(found, line)} {line.who:<5} {words}{cut}"


def call_of(found: Found) -> str:
    """What the other commands know the call by: its folder, or its file and place."""
    path = Path(found.file)
    if path.name == REPORT_FILE and str(path.parent) != ".":
        return str(path.parent)
    return f"{found.file}[{found.index}]" if found.index else found.file


def as_json(found: Found, *, context: bool = False) -> Iterator[dict[str, Any]]:
    """An object for each hit; times are seconds, `spans` places in `text`."""
    for place, spans in found.hits.items():
        line = found.lines[place]
        told: dict[str, Any] = {
            "file": found.file,
            "index": found.index,
            "job_id": found.job_id,
            "at": line.at,
            "seconds": None if line.at is None else round(line.at - found.began_at, 6),
            "who": line.who.value,
            "text": line.text,
            "interrupted": line.cut,
            "spans": spans,
        }
        if context:
            told |= {"before": _beside(found, place, -1), "after": _beside(found, place, 1)}
        yield told


def _beside(found: Found, place: int, step: int) -> list[dict[str, Any]]:
    """The lines before or after a hit that are shown without a gap, in the call's order."""
    near: list[dict[str, Any]] = []
    while (place := place + step) in found.lines:
        line = found.lines[place]
        near.append({"at": line.at, "who": line.who.value, "text": line.text})
    return near if step > 0 else near[::-1]


def _time(found: Found, line: Line) -> str:
    return "--:--.---" if line.at is None else clock(line.at - found.began_at)


def _pieces(text: str, spans: list[Span], *, colour: bool) -> Iterator[str]:
    """The text, its hits marked; of one that is very long only what stands around the hits."""
    shorten = len(text) > LONG
    place = 0
    for begin, end in spans:
        yield harmless(_middle(text[place:begin], shorten, after_hit=place > 0, before_hit=True))
        hit = harmless(text[begin:end])
        yield f"{HIT}{hit}{PLAIN}" if colour and hit else hit
        place = end
    yield harmless(_middle(text[place:], shorten, after_hit=True, before_hit=False))


def _middle(text: str, shorten: bool, *, after_hit: bool, before_hit: bool) -> str:
    kept = AROUND * (after_hit + before_hit)
    if not shorten or len(text) <= kept:
        return text
    head = text[:AROUND] if after_hit else ""
    return head + "\u2026" + (text[-AROUND:] if before_hit else "")
