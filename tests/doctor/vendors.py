"""The four vendors on loopback: the REST shapes that the doctor's questions are answered with.

Keys, error bodies and paths are the vendors'; a test tells a vendor what trouble it has.
"""

import asyncio
import socket as sockets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.wire.loopback import LoopbackServer, Request

Answer = Callable[[web.Request], Any]

DEEPGRAM_MODELS = {
    "stt": [
        {"name": "general", "canonical_name": "nova-3-general", "uuid": "b1", "languages": ["en"]},
        {"name": "general", "canonical_name": "nova-2-general", "uuid": "b2", "languages": ["en"]},
    ],
    "tts": [{"name": "thalia", "canonical_name": "aura-2-thalia-en", "uuid": "b3"}],
}
OWN_MODELS = {"stt": [{"name": "ours", "canonical_name": "our-clinic", "uuid": "c1"}], "tts": []}
VOICES = {"JBFqnCBsd6RMkjVDRZzb": "George - Warm", "21m00Tcm4TlvDq8ikWAM": "Rachel"}


class Vendor(LoopbackServer):
    """A vendor with one valid key.

    Args:
        key: The key that is let in.
        header: Which header has it, and what stands before it there.
        answers: Path → what a known key is answered there.
        bodies: HTTP status → the error body this vendor sends with it.

    Attributes:
        trouble: The status that every request is answered; 0 for no answer at all, None for none.
    """

    scheme = "http"

    def __init__(
        self,
        key: str,
        *,
        header: tuple[str, str],
        answers: dict[str, Answer],
        bodies: dict[int, Any],
    ) -> None:
        super().__init__(key=key)
        self.trouble: int | None = None
        self.header = header
        self.bodies = bodies
        self._answers = answers
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def open(self, place: sockets.socket) -> None:
        app = web.Application(middlewares=[self._guarded])
        for path, answer in self._answers.items():
            app.router.add_get(path, _handler(answer))
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.SockSite(self._runner, place).start()

    async def close(self, *, abruptly: bool = False) -> None:
        self._closing.set()
        assert self._runner is not None
        await self._runner.cleanup()

    @web.middleware
    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        name, before = self.header
        if self.trouble == 0:
            self._note(request, 0)
            await self._closing.wait()
            return web.Response()
        known = request.headers.get(name) == before + self.key
        status = self.trouble or (200 if known else 401)
        if status != 200:
            answer: web.StreamResponse = self._refusal(status, request.headers.get(name, ""))
        else:
            try:
                answer = await handler(request)
            except web.HTTPNotFound:
                answer = self._refusal(404, "")
        self._note(request, answer.status)
        return answer

    def _refusal(self, status: int, key: str) -> web.Response:
        body = self.bodies.get(status, {"message": "no"})
        # The worst that a vendor can do is to quote the key that it was given.
        return web.json_response({**body, "given": key}, status=status)

    def _note(self, request: web.Request, status: int) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = {name: request.query.getall(name) for name in request.query}
        self.note_request(Request(request.path, query, headers, status))


def _handler(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(answer(request) if callable(answer) else answer)

    return handle


def _one_of(known: Any, name: str, shape: Callable[[str], Any]) -> Answer:
    def answer(request: web.Request) -> Any:
        if request.match_info[name] not in known:
            raise web.HTTPNotFound
        return shape(request.match_info[name])

    return answer


def deepgram() -> Vendor:
    denied = {"err_code": "INSUFFICIENT_PERMISSIONS", "err_msg": "may not", "request_id": "r"}
    return Vendor(
        "deepgram-loopback-key",
        header=("Authorization", "Token "),
        answers={
            "/v1/projects": lambda _: {"projects": [{"project_id": "p1", "name": "ours"}]},
            "/v1/models": lambda _: DEEPGRAM_MODELS,
            "/v1/projects/p1/models": lambda _: OWN_MODELS,
        },
        bodies={401: {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}, 403: denied},
    )


def openai() -> Vendor:
    models = ["gpt-4.1", "gpt-4.1-mini", "gpt-4o"]

    def shape(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": 1, "owned_by": "system"}

    return Vendor(
        "openai-loopback-key",
        header=("Authorization", "Bearer "),
        answers={
            "/v1/models": lambda _: {"object": "list", "data": [shape(name) for name in models]},
            "/v1/models/{id}": _one_of(models, "id", shape),
        },
        bodies={
            401: {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}},
            403: {"error": {"message": "Country, region, or territory not supported"}},
            404: {"error": {"message": "does not exist", "code": "model_not_found"}},
            429: {"error": {"message": "quota", "code": "insufficient_quota"}},
        },
    )


def elevenlabs() -> Vendor:
    def voice(voice_id: str) -> dict[str, str]:
        return {"voice_id": voice_id, "name": VOICES[voice_id]}

    return Vendor(
        "elevenlabs-loopback-key",
        header=("xi-api-key", ""),
        answers={
            "/v1/user": lambda _: {"user_id": "u1", "subscription": {"tier": "free"}},
            "/v1/models": lambda _: [
                {"model_id": name, "can_do_text_to_speech": True}
                for name in ("eleven_flash_v2_5", "eleven_multilingual_v2")
            ],
            "/v1/voices/{id}": _one_of(VOICES, "id", voice),
            "/v2/voices": lambda _: {
                "voices": [voice(each) for each in VOICES],
                "has_more": False,
                "total_count": len(VOICES),
            },
        },
        bodies={
            401: {"detail": {"status": "invalid_api_key", "message": "Invalid API key"}},
            404: {"detail": {"status": "voice_not_found", "message": "A voice was not found."}},
        },
    )


def daily() -> Vendor:
    return Vendor(
        "daily-loopback-key",
        header=("Authorization", "Bearer "),
        answers={"/v1/rooms": lambda _: {"total_count": 0, "data": []}},
        bodies={401: {"error": "authentication-error"}},
    )


class Vendors:
    """All four, open for as long as the `async with` block."""

    def __init__(self) -> None:
        self.deepgram, self.openai = deepgram(), openai()
        self.elevenlabs, self.daily = elevenlabs(), daily()
        self.all = (self.deepgram, self.openai, self.elevenlabs, self.daily)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for vendor in self.all:
            await self._stack.enter_async_context(vendor)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @property
    def env(self) -> dict[str, str]:
        """What makes the configuration `default` talk to them, with keys that work."""
        return {
            "DEEPGRAM_API_KEY": self.deepgram.key,
            "DEEPGRAM_URL": self.deepgram.url.replace("http", "ws"),
            "OPENAI_API_KEY": self.openai.key,
            "OPENAI_BASE_URL": f"{self.openai.url}/v1",
            "ELEVENLABS_API_KEY": self.elevenlabs.key,
            "ELEVENLABS_URL": self.elevenlabs.url.replace("http", "ws"),
            "DAILY_API_KEY": self.daily.key,
            "DAILY_API_URL": f"{self.daily.url}/v1",
        }
