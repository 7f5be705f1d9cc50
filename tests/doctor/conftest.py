"""The vendors, for the tests of the online checks."""

from collections.abc import AsyncIterator

import pytest

from tests.doctor.vendors import Vendors


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with Vendors() as vendors:
        yield vendors
