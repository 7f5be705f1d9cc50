"""Whether a report keeps the rules of its schema: `check` gives every place where it does not.

The rules come in three kinds: K… on structure, I… on what the parts of a report say about each
other, P… on what Parley adds. `RULES` holds them with the sentence and the origins of each.
"""

from __future__ import annotations

from dataclasses import dataclass

# The order of these imports is the order of the rules: what explains most comes first.
from eventlog.checker import structure as _structure  # isort: skip
from eventlog.checker import order as _order  # isort: skip
from eventlog.checker import states as _states  # isort: skip
from eventlog.checker import history as _history  # isort: skip
from eventlog.checker import turns as _turns  # isort: skip
from eventlog.checker import latency as _latency  # isort: skip
from eventlog.checker import parley as _parley  # isort: skip
from eventlog.checker.rules import RULES, Rule
from eventlog.jsonvalue import MAX_DEPTH, is_nested_too_deeply
from eventlog.reader import LoggedReport
from eventlog.view import View

__all__ = ["RULES", "Finding", "Rule", "check"]

MODULES = (_structure, _order, _states, _history, _turns, _latency, _parley)
"""The modules whose rules are registered by importing them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place: the event's index (from 0) and the item's id, where known."""

    rule: str
    event_index: int | None
    item_id: str | None
    message: str


def check(report: LoggedReport) -> list[Finding]:
    """Every place where a report breaks a rule that holds for its origin; empty when it is sound.

    Never raises, whatever the report holds: what cannot be judged is itself a finding.
    """
    if is_nested_too_deeply(report.data):
        return [Finding("K03", None, None, f"nested more than {MAX_DEPTH} levels deep")]
    view = View.of(report.data, report.origin)
    return [
        Finding(rule.id, fault.event, fault.item, fault.message)
        for rule in RULES.values()
        if report.origin in rule.origins
        for fault in rule.test(view)
    ]
