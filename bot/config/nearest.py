"""Guess what a person meant to write.

Most wrong keys are typing errors, and the right word next to the wrong one saves a look-up.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that a person most likely meant by `word`, if any is near."""
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1)
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str], *, kind: str) -> str:
    """Return a hint with the nearest of `known`, or all of them where none is near.

    Args:
        word: what was written.
        known: what could have been written.
        kind: what the words are, in the plural: "keys", "stt providers".
    """
    names = list(dict.fromkeys(known))
    near = nearest(word, names)
    if near:
        return f"did you mean '{near}'?"
    return f"known {kind}: {', '.join(names)}" if names else f"there are no {kind} here"
