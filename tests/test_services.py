"""The services of a call, and the HTTP session that some of them share."""

import asyncio

import pytest

from bot.call import Call
from bot.config import ProviderError, load_config
from bot.memory import MemoryTransport
from bot.models import Models
from bot.services import HttpSession, build_services

KEYS = dict.fromkeys(
    ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY", "SPEECHIFY_API_KEY"), "dummy"
)
OVER_HTTP = {
    "extends": "default",
    "stt": {"provider": "elevenlabs"},
    "tts": {"provider": "speechify", "settings": {"voice": "george"}},
}


def built(source):
    return build_services(load_config(source, env=KEYS), env=KEYS, models=Models())


async def test_services_over_plain_http_share_a_session_that_is_closed_with_them():
    services = built(OVER_HTTP)
    session = services.http.open()
    assert services.stt._session is session
    assert services.tts._session is session
    await services.http.aclose()
    assert session.closed


async def test_no_session_is_opened_for_services_that_need_none(monkeypatch):
    monkeypatch.setattr(HttpSession, "open", lambda self: pytest.fail("opened"))
    services = built("default")
    await services.http.aclose()


async def test_a_session_is_given_up_when_a_service_cannot_be_built(monkeypatch):
    opened = []
    real = HttpSession.open
    monkeypatch.setattr(HttpSession, "open", lambda self: opened.append(real(self)) or opened[-1])
    with pytest.raises(ProviderError):
        built({**OVER_HTTP, "llm": {"provider": "openai", "args": {"base_ulr": ""}}})
    assert [session.closed for session in opened] == [True]


async def test_a_call_closes_the_session_of_its_services(tmp_path):
    source = {**OVER_HTTP, "agent": {"greeting": None}, "log": {"directory": str(tmp_path)}}
    call = Call(load_config(source, env=KEYS), MemoryTransport(), env=KEYS)
    session = call.services.http.open()
    running = asyncio.create_task(call.run())
    await call.close()
    await asyncio.wait_for(running, 20)
    assert session.closed
