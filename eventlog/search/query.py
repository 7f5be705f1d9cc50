"""What is searched for, and where it is in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from eventlog.search.folding import Fold, Folded, Span, caseless, nfc, nfkc


class Role(StrEnum):
    """Whose lines are searched."""

    USER = "user"
    AGENT = "agent"
    TOOL = "tool"


class QueryError(Exception):
    """Nothing can be searched for by this; the message says why."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    Attributes:
        text: The words, or the regular expression.
        regex: Whether it is one.
        case_sensitive: Whether the case of letters matters.
        roles: Whose lines are searched; empty for everybody's.
        context: So many lines of the call are given around each hit.
    """

    text: str
    regex: bool = False
    case_sensitive: bool = False
    roles: frozenset[Role] = frozenset()
    context: int = 0

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression that is looked for in folded text.

        Raises:
            QueryError: The text is no regular expression, or there is nothing in it.
        """
        return _pattern(self.text, self.regex, self.case_sensitive)

    def spans(self, text: str) -> list[Span]:
        """Where the text has what is searched for: beginnings and ends, in order."""
        folded = self._fold(text)
        hits = [hit.span() for hit in self.pattern.finditer(folded) if hit[0]]
        if not hits or folded == text or text.isascii():
            return hits
        way_back = Folded.of(text, self._fold)
        return _merged(way_back.span_of(*hit) for hit in hits)

    @property
    def _fold(self) -> Fold:
        return _fold(self.regex, self.case_sensitive)


def _fold(regex: bool, case_sensitive: bool) -> Fold:
    return nfc if regex else nfkc if case_sensitive else caseless


@lru_cache(maxsize=4)
def _pattern(text: str, regex: bool, case_sensitive: bool) -> re.Pattern[str]:
    if not text.strip():
        raise QueryError("there is nothing to search for: name some words")
    words = _fold(regex, case_sensitive)(text)
    if not regex:
        return re.compile(re.escape(re.sub(r"\s+", " ", words)))
    try:
        return re.compile(words, re.NOFLAG if case_sensitive else re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise QueryError(f"{text}: no regular expression ({error})") from error


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Two hits within one letter of the text are one."""
    merged: list[Span] = []
    for begin, end in spans:
        if merged and begin < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged
