"""What a rule is, and the register of all of them.

A rule is one sentence that a correct report keeps, and a function that yields a `Fault` wherever
a report does not. Not every writer keeps every rule, so a rule names the origins it holds for and,
when that is not all of them, why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from eventlog.reader import Origin
from eventlog.view import View

EVERY_ORIGIN = frozenset(Origin)
OURS = frozenset({Origin.PARLEY})
LIVEKIT = frozenset({Origin.LIVEKIT_1_3, Origin.LIVEKIT_NEWER})
NEWER = frozenset({Origin.LIVEKIT_NEWER})
DUMP_LINE = frozenset({Origin.LIVEKIT_1_3, Origin.PARLEY})
"""The line that wrote the dump: LiveKit 1.3 and Parley, which writes the same shapes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a rule is broken: the event's index (from 0) and the item, where known."""

    message: str
    event: int | None = None
    item: str | None = None


Test: TypeAlias = Callable[[View], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that a correct report keeps; `why` says why `origins` are not all of them."""

    id: str
    sentence: str
    origins: frozenset[Origin]
    why: str
    test: Test


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order in which a report is checked."""


def rule(
    rule_id: str,
    sentence: str,
    *,
    origins: frozenset[Origin] = EVERY_ORIGIN,
    why: str = "",
) -> Callable[[Test], Test]:
    """Registers the function below it as the test of one rule.

    Raises:
        ValueError: the id is taken, or a rule of some origins does not say why.
    """
    if rule_id in RULES:
        raise ValueError(f"the rule {rule_id} exists already")
    if origins != EVERY_ORIGIN and not why:
        raise ValueError(f"the rule {rule_id} does not say why it is not for every origin")

    def register(test: Test) -> Test:
        RULES[rule_id] = Rule(rule_id, sentence, origins, why, test)
        return test

    return register
