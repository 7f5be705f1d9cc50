"""Texts in a form in which what looks the same is the same, and the way back.

Words come as each provider writes them: composed or not, wide or narrow, with ligatures. Who
searches for "Straße" wants all of those, and wants the hit marked in the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

Fold = Callable[[str], str]
Span = tuple[int, int]

_RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")


def nfc(text: str) -> str:
    """The text with its accents composed, for patterns: nothing else of it changes."""
    return unicodedata.normalize("NFC", text)


def nfkc(text: str) -> str:
    """The text in its compatible form: ligatures apart, wide letters narrow."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def caseless(text: str) -> str:
    """The text in its compatible form, without the difference of case."""
    if text.isascii():
        return text.lower()
    return nfkc(nfkc(text).casefold())


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, its folded form, and where each piece of the one begins in the other.

    A piece is a letter with all that combines with it, or a run of ASCII, of which each character
    stays one.
    """

    text: str
    folded: str
    _origins: list[int]
    _starts: list[int]

    @staticmethod
    def of(text: str, fold: Fold) -> Folded:
        """Fold a text piece by piece."""
        spans = list(_pieces(text))
        pieces = [fold(text[begin:end]) for begin, end in spans]
        origins = [begin for begin, _ in spans]
        folded = fold(text)
        if "".join(pieces) != folded:  # some scripts combine across letters: all of it is one piece
            origins, pieces = [0], [folded]
        starts = [0, *accumulate(len(piece) for piece in pieces)]
        return Folded(text, folded, [*origins, len(text)], starts)

    def span_of(self, begin: int, end: int) -> Span:
        """The stretch of the text that a stretch of its folded form, not empty, comes from."""
        first = bisect_right(self._starts, begin) - 1
        last = bisect_left(self._starts, end) - 1
        start, stop = self._origins[first], self._origins[last + 1]
        if self._is_plain(first):
            start += begin - self._starts[first]
        if self._is_plain(last):
            stop = self._origins[last] + end - self._starts[last]
        return start, stop

    def _is_plain(self, piece: int) -> bool:
        return self.text[self._origins[piece] : self._origins[piece + 1]].isascii()


def _pieces(text: str) -> Iterator[Span]:
    begun = 0
    for run in _RUNS.finditer(text):
        if run[0].isascii():
            following = text[run.end() : run.end() + 1]
            end = run.end() - (following != "" and _combines(following))
            if end > run.start():
                yield run.start(), end
            begun = end
            continue
        for at in range(run.start(), run.end()):
            if at > begun and not _combines(text[at]):
                yield begun, at
                begun = at
        yield begun, run.end()
        begun = run.end()


def _combines(character: str) -> bool:
    is_vowel_or_final_of_hangul = "\u1160" <= character <= "\u11ff"
    return unicodedata.combining(character) != 0 or is_vowel_or_final_of_hangul
