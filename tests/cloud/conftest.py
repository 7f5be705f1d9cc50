"""What the tests of the cloud share."""

from collections.abc import Iterator

import pytest
from loguru import logger


@pytest.fixture
def loguru_lines() -> Iterator[list[str]]:
    """The messages logged as errors during a test."""
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(message.record["message"]), level="ERROR")
    yield lines
    logger.remove(sink)
