"""What every test of a call's log needs."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Every logger as it was."""
    found = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    before = [(each, each.level, each.propagate) for each in found]
    yield
    for each, level, propagate in before:
        each.setLevel(level)
        each.propagate = propagate
