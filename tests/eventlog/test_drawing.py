"""Calls drawn again, against the same draws worked out here call by call."""

import statistics

import numpy as np
import pytest

from eventlog import drawing
from eventlog.drawing import DRAWS, SEED, MedianOfCalls, RateOfCalls, draw_again

SHAPES = {
    "a call has as many values as another": lambda draw, _call: draw.normal(1, 0.3, 3),
    "the values of a call resemble each other": lambda draw, _: draw.normal(draw.normal(), 0.01, 4),
    "some calls are long": lambda draw, _call: draw.normal(1, 1, int(draw.pareto(1)) % 60 + 1),
    "many values are the same": lambda draw, _call: draw.integers(0, 3, 5).astype(float),
    "two heaps with nothing between": lambda draw, call: draw.normal(100 * (call % 2), 1, 2),
    "one call has half of all": lambda draw, call: draw.normal(call, 1, 60 if call == 0 else 1),
}  # fmt: skip


def drawn_here(number, side, times):
    """Which calls were drawn, of the first so many draws."""
    draw = np.random.default_rng([SEED, side])
    return [draw.integers(0, number, number) for _ in range(times)]


def median_of(values):
    figure = MedianOfCalls(
        np.concatenate(values), np.repeat(range(len(values)), list(map(len, values)))
    )
    [found] = draw_again([figure], 1, lambda _done: None)
    return found


@pytest.mark.parametrize("cells", [70, 250_000])
@pytest.mark.parametrize("spreads", [0.0, 6.0])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_median_is_that_of_all_values_of_the_calls_drawn(monkeypatch, shape, spreads, cells):
    """Also where the first look is too narrow, and however many draws are held at once."""
    monkeypatch.setattr(drawing, "_SPREADS", spreads)
    monkeypatch.setattr(drawing, "_CELLS", cells)
    draw = np.random.default_rng(7)
    values = [shape(draw, call) for call in range(60)]
    found = median_of(values)
    assert len(found) == DRAWS
    for median, calls in zip(found, drawn_here(60, 1, 200), strict=False):
        assert median == statistics.median(np.concatenate([values[call] for call in calls]))


def test_figures_of_as_many_calls_share_their_draws_and_others_have_their_own():
    draw = np.random.default_rng(3)
    parts, wholes = draw.integers(0, 4, 30), draw.integers(4, 9, 30)
    rates = [RateOfCalls(parts, wholes), RateOfCalls(parts[:12], wholes[:12])]
    more = MedianOfCalls(draw.normal(size=30), np.arange(30))
    told = []
    of_all, of_few, median = draw_again([*rates, more], 0, told.append)
    assert (draw_again([rates[0]], 0, told.append)[0] == of_all).all()
    assert (draw_again([more], 0, told.append)[0] == median).all()
    for found, number in ((of_all, 30), (of_few, 12)):
        for rate, calls in zip(found, drawn_here(number, 0, 200), strict=False):
            assert rate == parts[calls].sum() / wholes[calls].sum()


def test_how_far_it_is_runs_from_the_beginning_to_the_end():
    told = []
    figures = [MedianOfCalls(np.arange(float(n)), np.arange(n)) for n in (1000, 2000)]
    draw_again(figures, 0, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 10


def test_nothing_to_draw_is_no_work():
    assert draw_again([], 0, lambda _done: None) == []
