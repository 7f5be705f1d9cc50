"""What calls cost, by the prices that somebody filled in."""

import json

import pytest
import yaml

from eventlog.stats import figures
from eventlog.stats.collect import collect
from eventlog.stats.costs import EXAMPLE, PriceError, call_cost, read_prices
from tests.eventlog.reading import dumped, ours

USED = {"type": "llm_usage", "provider": "openai", "model": "m"}


def table(tmp_path, **prices):
    path = tmp_path / "prices.yaml"
    models = [
        {"type": "llm_usage", "provider": "openai", "model": "*", "prices": prices},
        {
            "type": "tts_usage",
            "provider": "v",
            "model": "w",
            "prices": {"characters_count": {"price": 0.5, "per": 10}},
        },
    ]
    path.write_text(
        yaml.safe_dump({"currency": "EUR", "date": None, "source": None, "models": models})
    )
    return read_prices(path)


def tokens(**price_of_million):
    return {name: {"price": price, "per": 1e6} for name, price in price_of_million.items()}


def test_cached_tokens_are_taken_off_the_others(tmp_path):
    prices = table(tmp_path, **tokens(input_tokens=2, input_cached_tokens=1, output_tokens=4))
    usage = USED | {"input_tokens": 1000, "input_cached_tokens": 400, "output_tokens": 10}
    cost, unpriced = call_cost([usage], prices)
    assert cost == pytest.approx((600 * 2 + 400 * 1 + 10 * 4) / 1e6)
    assert unpriced == set()


def test_cached_tokens_without_a_price_cost_what_the_others_do(tmp_path):
    prices = table(tmp_path, **tokens(input_tokens=2, output_tokens=4))
    usage = USED | {"input_tokens": 1000, "input_cached_tokens": 400, "output_tokens": 10}
    assert call_cost([usage], prices)[0] == pytest.approx((1000 * 2 + 10 * 4) / 1e6)


@pytest.mark.parametrize("missing", [{"output_tokens": None}, {}])
def test_a_price_that_is_missing_leaves_no_cost_rather_than_too_low_a_one(tmp_path, missing):
    prices = table(tmp_path, **tokens(input_tokens=2, **missing))
    usage = USED | {"input_tokens": 1000, "output_tokens": 10}
    assert call_cost([usage], prices) == (None, {"llm_usage openai m"})


def test_another_way_to_count_the_same_needs_no_price(tmp_path):
    usage = {"type": "tts_usage", "provider": "v", "model": "w", "characters_count": 20}
    assert call_cost([usage | {"audio_duration": 1.5}], table(tmp_path)) == (1.0, set())


def test_a_call_without_usage_has_no_cost(tmp_path):
    assert call_cost([], table(tmp_path)) == (None, set())


def test_costs_are_those_of_the_calls_with_prices(tmp_path):
    spoken = {"type": "tts_usage", "provider": "v", "model": "w", "characters_count": 20}
    unpriced = {"job_id": "b", "usage": [spoken, USED | {"x": 1}]}
    calls = [ours() | {"usage": [spoken]}, ours() | unpriced, dumped()]
    (tmp_path / "calls.jsonl").write_text("\n".join(map(json.dumps, calls)))
    prices = table(tmp_path)
    tally = collect([tmp_path / "calls.jsonl"], prices=prices).groups["all"]
    events = ours()["events"]
    minutes = (events[-1]["created_at"] - events[0]["created_at"]) / 60
    found = figures.costs(tally, prices)
    assert (found["priced_calls"], found["cost_per_call"]) == (1, 1.0)
    assert found["cost_per_minute"] == pytest.approx(1.0 / minutes)
    assert tally.spent.unpriced == {"llm_usage openai m"}


def test_the_example_has_no_prices_in_it():
    example = read_prices(EXAMPLE)
    assert (example.date, example.source) == (None, None)
    assert {p.price for model in example.models for p in model.prices.values()} == {None}


@pytest.mark.parametrize("text", ["", "- 1", "currency: [", "currency: EUR\nmodels: {}", "\tx"])
def test_what_is_no_table_is_told_with_the_remedy(tmp_path, text):
    (tmp_path / "prices.yaml").write_text(text)
    with pytest.raises(PriceError, match="--example-prices"):
        read_prices(tmp_path / "prices.yaml")


def test_prices_below_zero_are_refused(tmp_path):
    with pytest.raises(PriceError, match="input_tokens"):
        table(tmp_path, **tokens(input_tokens=-1))
