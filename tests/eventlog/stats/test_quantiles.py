"""Quantiles, exact while there are few values and near enough when there are many."""

import random
import statistics

import pytest

from eventlog.stats import quantiles
from eventlog.stats.quantiles import Values


def values(numbers):
    found = Values()
    found.extend(numbers)
    return found


def test_one_value_is_every_quantile():
    assert values([2.5]).quantiles([0.0, 0.5, 0.99]) == [2.5, 2.5, 2.5]


def test_no_values_have_no_quantiles():
    with pytest.raises(ValueError):
        values([]).quantiles([0.5])


def test_few_values_are_exact():
    found = values([3.0, 1.0, 2.0, 10.0])
    assert found.is_exact
    assert found.quantiles([0.5]) == [2.5]


@pytest.mark.parametrize("sign", [1, -1])
def test_many_values_are_within_a_thousandth(monkeypatch, sign):
    monkeypatch.setattr(quantiles, "EXACT", 500)
    draw = random.Random(3)
    numbers = [sign * draw.lognormvariate(0, 1.5) for _ in range(4000)]
    found = Values()
    for place in range(0, 4000, 40):
        found.merge(values(numbers[place : place + 40]))
    assert not found.is_exact
    assert (found.count, found.maximum) == (4000, max(numbers))
    cuts = statistics.quantiles(numbers, n=100, method="inclusive")
    for percent in (50, 90, 95, 99):
        [got] = found.quantiles([percent / 100])
        assert got == pytest.approx(cuts[percent - 1], rel=0.004)


def test_zeros_stay_zeros_in_buckets(monkeypatch):
    monkeypatch.setattr(quantiles, "EXACT", 10)
    assert values([0.0] * 50).quantiles([0.5, 0.99]) == [0.0, 0.0]
