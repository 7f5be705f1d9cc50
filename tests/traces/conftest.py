"""What every test of a call's log needs."""

import logging
from collections.abc import Iterator

import pytest

from bot.traces import python_logging


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Every logger as it was."""
    found = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    before = [(each, each.level, each.propagate) for each in found]
    yield
    for each, level, propagate in before:
        each.setLevel(level)
        each.propagate = propagate


@pytest.fixture(autouse=True)
def no_other_call() -> None:
    """A bot that another test attached to and never ran would have its log open still."""
    for hearer in python_logging._hearers:
        python_logging.hear_no_more(hearer)
