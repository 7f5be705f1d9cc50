"""The web application in this process, with scripted providers behind it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from bot.config import load_config
from bot.models import Models
from bot.serve.app import create_app
from bot.serve.calls import ServedCalls
from tests.serve.config import scripted


@pytest.fixture
async def calls(tmp_path: Path) -> AsyncGenerator[ServedCalls]:
    served = ServedCalls(load_config(scripted(tmp_path)), Models(), env={}, silent_for=1)
    yield served
    assert await served.close_all("test over", within=5) == []


@pytest.fixture
async def http(calls: ServedCalls) -> AsyncGenerator[httpx.AsyncClient]:
    app = create_app(calls, "127.0.0.1")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:7860", timeout=20
    ) as client:
        yield client
