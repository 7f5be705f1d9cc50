"""What calls cost, by a table of prices that whoever asks has filled in.

Prices change and differ by contract, so none are shipped: `prices.example.yaml` has the form and
no numbers. A call whose usage has an entry without a price has no cost, rather than too low a one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from eventlog.jsonvalue import as_number, as_text

EXAMPLE = Path(__file__).with_name("prices.example.yaml")

CACHED = {"input_cached_tokens": "input_tokens"}
"""Counters that are part of another one, and are taken off it where they have their own price."""


LLM_TOKENS = ("input_tokens", "output_tokens")
"""Counters of an LLM that have to have a price; other counters may be ways to count the same."""


class PriceError(Exception):
    """A table of prices cannot be used; the message says why and what would help."""


class Price(msgspec.Struct, forbid_unknown_fields=True):
    """What `per` units of a counter cost; a null price is one that nobody has filled in."""

    price: float | None
    per: float = 1.0


class PricedModel(msgspec.Struct, forbid_unknown_fields=True):
    """The prices of one model's counters; `model: "*"` stands for all models of a provider."""

    type: str
    provider: str
    model: str
    prices: dict[str, Price]


class PriceTable(msgspec.Struct, forbid_unknown_fields=True):
    """A table of prices, with the day and the place they were read."""

    currency: str
    date: Any
    source: Any
    models: list[PricedModel]

    def cost(self, entry: dict[str, Any]) -> float | None:
        """What one entry of a report's `usage` cost; None without a price for all of it."""
        prices = self._prices_of(entry)
        counters = _counters(entry)
        if prices is None or not any(name in prices for name in counters):
            return None
        if entry.get("type") == "llm_usage" and any(
            counters.get(name) and name not in prices for name in LLM_TOKENS
        ):
            return None
        for part, whole in CACHED.items():
            if part in counters and whole in counters and part in prices:
                counters[whole] -= counters[part]
            elif part in counters and part not in prices:
                del counters[part]
        total = 0.0
        for name, price in prices.items():
            if counters.get(name):
                if price.price is None:
                    return None
                total += counters[name] / price.per * price.price
        return total

    def _prices_of(self, entry: dict[str, Any]) -> dict[str, Price] | None:
        kind, provider, model = name_of(entry)
        for wanted in (model, "*"):
            for priced in self.models:
                if (priced.type, priced.provider, priced.model) == (kind, provider, wanted):
                    return priced.prices
        return None


def read_prices(path: Path) -> PriceTable:
    """The table in a YAML file.

    Raises:
        PriceError: the file cannot be read, or is no table of prices.
    """
    import yaml

    try:
        table = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), PriceTable)
    except OSError as error:
        raise PriceError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise PriceError(
            f"{path}: not a table of prices: {error}; "
            "`parley log stats --example-prices` prints one to fill in"
        ) from error
    for priced in table.models:
        for counter, price in priced.prices.items():
            if price.per <= 0 or (price.price or 0) < 0:
                raise PriceError(
                    f"{path}: {priced.provider} {priced.model}, {counter}: `per` has to be above "
                    "0 and `price` not below it"
                )
    return table


def call_cost(usage: Iterable[dict[str, Any]], table: PriceTable) -> tuple[float | None, set[str]]:
    """What a call cost, and the names of what has no price; None if there is any, or no usage."""
    total, unpriced, used = 0.0, set[str](), False
    for entry in usage:
        if not _counters(entry):
            continue
        used = True
        cost = table.cost(entry)
        if cost is None:
            unpriced.add(" ".join(name_of(entry)))
        else:
            total += cost
    return (total if used and not unpriced else None), unpriced


def name_of(entry: dict[str, Any]) -> tuple[str, str, str]:
    """The type, the provider and the model of an entry of `usage`."""
    kind, provider, model = (as_text(entry.get(key)) for key in ("type", "provider", "model"))
    return kind or "?", provider or "?", model or "?"


def _counters(entry: dict[str, Any]) -> dict[str, float]:
    return {name: n for name, raw in entry.items() if (n := as_number(raw)) is not None}
