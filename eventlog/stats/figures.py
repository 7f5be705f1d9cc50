"""Every result of a set of calls under its name, for machines and for `parley log gate`.

Quantiles are `METRIC.STATISTIC`, counts and rates have a name of their own, and what does not
exist (a quantile of nothing, a rate of none) is absent.
"""

from __future__ import annotations

from typing import Any

from eventlog.stats.call import CALL_SECONDS, PART
from eventlog.stats.costs import PriceTable
from eventlog.stats.quantiles import Values
from eventlog.stats.rates import COUNTS, RATES
from eventlog.stats.record import METRICS
from eventlog.stats.tally import Tally

QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}
STATISTICS = ("n", *QUANTILES, "max")

PARTS = ("transcription", "endpointing", "hook", "scheduling", "llm", "tools", "tts", "playback")
"""The parts of a turn's latency, in the order in which they are passed."""


def metrics(tally: Tally) -> dict[str, dict[str, float]]:
    """The statistics of each metric that was measured, in the order in which they are shown."""
    order = [*METRICS, *(PART + part for part in PARTS)]
    further = sorted(set(tally.values) - {*order, CALL_SECONDS})
    names = [name for name in [*order, *further, CALL_SECONDS] if name in tally.values]
    return {name: _statistics(tally.values[name]) for name in names}


def counts(tally: Tally) -> dict[str, int]:
    """The counts, those that every call has first."""
    further = sorted(name for name in tally.counts if name not in COUNTS)
    return {name: tally.counts[name] for name in (*COUNTS, *further)}


def rates(tally: Tally) -> dict[str, float]:
    """The rates that have a whole to be the share of."""
    return {
        rate.name: tally.counts[rate.part] / tally.counts[rate.whole]
        for rate in RATES
        if tally.counts[rate.whole]
    } | ({"errors_per_call": tally.counts["errors"] / tally.calls} if tally.calls else {})


def talk(tally: Tally) -> dict[str, float]:
    """Seconds of speech and silence; a side's silence is the rest of the calls' time."""
    spoken = tally.talk
    return {
        "call_seconds": spoken.call,
        "user_talk_seconds": spoken.user,
        "user_silence_seconds": spoken.call - spoken.user,
        "agent_talk_seconds": spoken.agent,
        "agent_silence_seconds": spoken.call - spoken.agent,
        "both_talk_seconds": spoken.both,
        "silence_seconds": spoken.nobody,
    }


def costs(tally: Tally, prices: PriceTable | None) -> dict[str, Any]:
    """What the calls with prices for all of their usage cost; empty without a table."""
    if prices is None:
        return {}
    spent = tally.spent
    found: dict[str, Any] = {"priced_calls": spent.calls}
    if spent.calls:
        found |= {"cost": spent.total, "cost_per_call": spent.total / spent.calls}
    if spent.seconds > 0:
        found["cost_per_minute"] = spent.total / spent.seconds * 60
    return found


def flat(tally: Tally, prices: PriceTable | None = None) -> dict[str, float]:
    """All of them in one table."""
    return {
        "calls": float(tally.calls),
        **{
            f"{name}.{statistic}": value
            for name, found in metrics(tally).items()
            for statistic, value in found.items()
        },
        **counts(tally),
        **rates(tally),
        **talk(tally),
        **costs(tally, prices),
    }


def _statistics(values: Values) -> dict[str, float]:
    quantiles = values.quantiles(list(QUANTILES.values()))
    return {
        "n": values.count,
        **dict(zip(QUANTILES, quantiles, strict=True)),
        "max": values.maximum,
    }
