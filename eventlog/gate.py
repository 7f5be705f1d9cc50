"""Requirements on the figures of many calls, such as `e2e_latency.p95 <= 1.5`.

A requirement holds, is missed, or has no evidence: a quantile of nothing is neither high nor low.
The figures are those of `eventlog.stats.figures.flat`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from eventlog.plaintext import clean
from eventlog.stats.call import CALL_SECONDS, PART
from eventlog.stats.rates import COUNTS, ERROR_SOURCES, RATES
from eventlog.stats.record import METRICS

STATISTICS = ("p50", "p90", "p95", "p99", "max", "n")
CLOSE_REASONS = (
    "error",
    "job_shutdown",
    "participant_disconnected",
    "user_initiated",
    "task_completed",
    "none",
    "unknown",
)
"""Those of the schema, and what `eventlog.stats.call` makes of a call without one."""

FIGURES = (
    "calls",
    "unreadable",
    *COUNTS,
    *(f"errors.{source}" for source in (*ERROR_SOURCES.values(), "other")),
    *(f"close.{reason}" for reason in CLOSE_REASONS),
    *(rate.name for rate in RATES),
    "errors_per_call",
    "call_seconds",
    "user_talk_seconds",
    "user_silence_seconds",
    "agent_talk_seconds",
    "agent_silence_seconds",
    "both_talk_seconds",
    "silence_seconds",
    "cost",
    "cost_per_call",
    "cost_per_minute",
    "priced_calls",
)
"""The figures that are no statistic of a metric."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
}
_FORM = re.compile(r"\s*([\w.]+)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*")


class RequirementError(Exception):
    """A requirement cannot be understood; the message says why, and what was perhaps meant."""


class Outcome(StrEnum):
    """What became of a requirement."""

    HOLDS = "holds"
    MISSED = "missed"
    NO_EVIDENCE = "no evidence"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A figure, a comparison and a bound; `text` is how it was written."""

    text: str
    figure: str
    comparison: str
    bound: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A requirement with the figure that was found."""

    requirement: Requirement
    outcome: Outcome
    found: float | None

    @property
    def message(self) -> str:
        """One line that says it all."""
        required = self.requirement
        if self.found is None:
            return f"{required.text}: no evidence, none of the calls has {required.figure}"
        return f"{required.text}: {self.outcome.value}, it is {self.found:.6g}"


def parse(text: str) -> Requirement:
    """A requirement out of its text.

    Raises:
        RequirementError: it has another form, or names no figure.
    """
    matched = _FORM.fullmatch(text)
    if matched is None:
        raise RequirementError(
            f"{text!r} is no requirement; one is written like 'e2e_latency.p95 <= 1.5'"
        )
    figure, comparison, bound = matched.groups()
    if (problem := _unknown(figure)) is not None:
        raise RequirementError(f"{text!r}: {problem}")
    try:
        number = float(bound)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RequirementError(f"{text!r}: {bound!r} is not a number, such as 1.5 (seconds)")
    return Requirement(text.strip(), figure, comparison, number)


def judge(requirement: Requirement, figures: Mapping[str, float]) -> Judged:
    """Whether a requirement holds for some figures."""
    found = figures.get(requirement.figure)
    counted = requirement.figure.startswith(("errors.", "close."))
    if found is None and counted and figures.get("calls"):
        found = 0.0  # a reason that no call closed for, a source that never failed
    if found is None or not figures.get("calls"):
        return Judged(requirement, Outcome.NO_EVIDENCE, None)
    holds = _COMPARISONS[requirement.comparison](found, requirement.bound)
    return Judged(requirement, Outcome.HOLDS if holds else Outcome.MISSED, found)


def junit(judged: list[Judged], unreadable: list[str]) -> str:
    """The outcomes as JUnit XML, a test case a requirement; no evidence is an error."""
    missed = sum(each.outcome is Outcome.MISSED for each in judged)
    unknown = sum(each.outcome is Outcome.NO_EVIDENCE for each in judged)
    counts = f'tests="{len(judged)}" failures="{missed}" errors="{unknown}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="parley log gate" {counts}>',
    ]
    kinds = {Outcome.MISSED: "failure", Outcome.NO_EVIDENCE: "error"}
    for each in judged:
        name = quoteattr(clean(each.requirement.text))
        lines.append(f'    <testcase classname="parley.log.gate" name={name}>')
        if each.outcome in kinds:
            message = quoteattr(clean(each.message))
            lines.append(f"      <{kinds[each.outcome]} message={message}/>")
        lines.append("    </testcase>")
    if unreadable:
        told = "\n".join(escape(clean(each)) for each in unreadable)
        lines.append(f"    <system-err>not readable:\n{told}</system-err>")
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _unknown(figure: str) -> str | None:
    """Why a name is that of no figure; None if it is."""
    metrics = (*METRICS, CALL_SECONDS)
    metric, _, statistic = figure.rpartition(".")
    if figure in FIGURES or (metric in metrics and statistic in STATISTICS):
        return None
    if metric.startswith(PART) and statistic in STATISTICS:
        return None
    if figure in metrics or (figure.startswith(PART) and statistic not in STATISTICS):
        return f"{figure} needs a statistic: {', '.join(f'{figure}.{s}' for s in STATISTICS)}"
    if metric in metrics:
        return f"{metric} has no {statistic!r}; there are {', '.join(STATISTICS)}"
    whole = [*FIGURES, *(f"{name}.{each}" for name in metrics for each in STATISTICS)]
    # Of a name with a statistic, the metric is what may be misspelled.
    near = get_close_matches(metric, metrics, 1) if statistic in STATISTICS else []
    nearest = [f"{near[0]}.{statistic}"] if near else get_close_matches(figure, whole, 1, 0.5)
    hint = f"the nearest is {nearest[0]}" if nearest else "`parley log stats --csv` lists them all"
    return f"there is no figure {figure}; {hint}"
