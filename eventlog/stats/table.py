"""The figures of each group as text for a terminal, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from eventlog.plaintext import clean
from eventlog.stats import figures
from eventlog.stats.collect import Collected
from eventlog.stats.costs import PriceTable
from eventlog.stats.groups import UNKNOWN, By
from eventlog.stats.rates import RATES
from eventlog.stats.tally import Tally

_RATE_WORDS = {
    "interruption_rate": ("interruptions", "of {} replies"),
    "false_interruption_rate": ("false interruptions", "in {} replies"),
    "unanswered_rate": ("unanswered", "of {} user turns"),
}


def text(found: Collected, by: By | None, prices: PriceTable | None) -> str:
    """A block of lines a group."""
    blocks = ["\n".join(_block(label, tally, by, prices)) for label, tally in _sorted(found.groups)]
    return "\n\n".join(blocks) + "\n"


def as_json(found: Collected, by: By | None, prices: PriceTable | None) -> dict[str, Any]:
    """One object: what was read, what could not be, and the figures of each group."""
    table = {key: getattr(prices, key) for key in ("currency", "date", "source")} if prices else {}
    return {
        "calls": found.calls,
        "left_out": asdict(found.left_out),
        "unreadable": [
            {"file": each.file, "line": each.line, "problem": each.problem}
            for each in found.unreadable
        ],
        "by": None if by is None else by.value,
        "prices": {key: value if value is None else str(value) for key, value in table.items()},
        "groups": [
            {
                "group": label,
                "calls": tally.calls,
                "metrics": figures.metrics(tally),
                "approximate": [k for k, values in tally.values.items() if not values.is_exact],
                "counts": figures.counts(tally),
                "rates": figures.rates(tally),
                "talk": figures.talk(tally),
                "costs": figures.costs(tally, prices),
                "unpriced": sorted(tally.spent.unpriced),
            }
            for label, tally in _sorted(found.groups)
        ],
    }


def as_csv(found: Collected, prices: PriceTable | None) -> str:
    """A row a figure: group, name, value; the names are those that `parley log gate` takes."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(["group", "figure", "value"])
    for label, tally in _sorted(found.groups):
        for name, value in figures.flat(tally, prices).items():
            rows.writerow([_no_formula(label), _no_formula(name), value])
    return stream.getvalue()


def _no_formula(cell: str) -> str:
    """A spreadsheet would run what a stranger's tag says, if it began like a formula."""
    runs = cell.startswith(("=", "+", "@", "\t")) or (cell.startswith("-") and cell != UNKNOWN)
    return f"'{cell}" if runs else cell


def _sorted(groups: dict[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(groups.items())


def _block(label: str, tally: Tally, by: By | None, prices: PriceTable | None) -> Iterator[str]:
    name = "" if by is None else f"{by.value} {clean(label)}: "
    calls = "1 call" if tally.calls == 1 else f"{tally.calls} calls"
    yield f"{name}{calls}, {_duration(tally.talk.call)} in all"
    yield ""
    yield from _quantiles(tally)
    yield ""
    yield from _rates(tally)
    yield from _talk(tally)
    if prices is not None:
        yield from _costs(tally, prices)


def _quantiles(tally: Tally) -> Iterator[str]:
    found = figures.metrics(tally)
    width = max(map(len, found), default=0) + 2
    yield f"{'seconds':<{width}}{'n':>8}" + "".join(
        f"{name:>10}" for name in figures.STATISTICS if name != "n"
    )
    for name, values in found.items():
        cells = "".join(f"{values[key]:>10.3f}" for key in figures.STATISTICS if key != "n")
        unit = "  tokens/s" if name == "llm_node_tps" else ""
        rough = "" if tally.values[name].is_exact else "  within 0.1 %"
        yield f"{clean(name):<{width}}{int(values['n']):>8}{cells}{unit}{rough}"


def _rates(tally: Tally) -> Iterator[str]:
    shares = figures.rates(tally)
    for rate in RATES:
        name, whole = _RATE_WORDS[rate.name]
        share = f"{shares[rate.name]:.1%}" if rate.name in shares else "-"
        part, of = tally.counts[rate.part], whole.format(tally.counts[rate.whole])
        yield f"{name:<20} {share:>7}  ({part} {of})"
    yield f"{'errors':<20} {tally.counts['errors']:>7}{_told(tally, 'errors.')}"
    yield f"{'closed by':<20} {'':>7}{_told(tally, 'close.')}"


def _told(tally: Tally, prefix: str) -> str:
    told = [
        f"{clean(name.removeprefix(prefix))} {count}"
        for name, count in tally.counts.most_common()
        if name.startswith(prefix)
    ]
    return "  (" + ", ".join(told) + ")" if told else ""


def _talk(tally: Tally) -> Iterator[str]:
    spoken = tally.talk
    sides = {
        "user speaks": spoken.user,
        "agent speaks": spoken.agent,
        "both speak": spoken.both,
        "nobody speaks": spoken.nobody,
    }
    for name, seconds in sides.items():
        share = f"{seconds / spoken.call:.1%}" if spoken.call > 0 else "-"
        yield f"{name:<20} {share:>7}  ({_duration(seconds)})"


def _costs(tally: Tally, prices: PriceTable) -> Iterator[str]:
    found = figures.costs(tally, prices)
    of = f"of {found['priced_calls']} of {tally.calls} calls"
    for key, name in (("cost_per_call", "cost a call"), ("cost_per_minute", "cost a minute")):
        amount = f"{found[key]:.4f} {clean(prices.currency)}" if key in found else "unknown"
        yield f"{name:<20} {amount}  ({of})"
    if tally.spent.unpriced:
        yield f"{'without a price':<20} {', '.join(map(clean, sorted(tally.spent.unpriced)))}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
