"""The web application: the page, and the paths under which Pipecat's clients offer a call."""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from loguru import logger
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.request_handler import (
    SmallWebRTCPatchRequest,
    SmallWebRTCRequest,
    SmallWebRTCRequestHandler,
)
from starlette.staticfiles import StaticFiles

from bot.serve.calls import ServedCalls
from bot.serve.guard import LOOPBACK_ORIGIN, Guard
from bot.serve.logged_calls import LoggedCalls
from eventlog.timeline import page as timeline_page

PAGE = Path(__file__).resolve().parents[1] / "page"
"""The folder of the page's files."""
TIMELINE = timeline_page.PAGE
"""The folder of what draws a finished call, which draws the lanes of one under way, too."""


def create_app(calls: ServedCalls, host: str) -> FastAPI:
    """Return the application that serves `calls`.

    Args:
        calls: Takes the connections.
        host: The address that it will be served on.
    """
    # FastAPI's own pages load scripts from another host.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_Routes(calls).router)
    app.include_router(LoggedCalls(calls, host).router)
    app.mount("/timeline", StaticFiles(directory=TIMELINE))
    app.mount("/", StaticFiles(directory=PAGE, html=True))
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=LOOPBACK_ORIGIN,
        allow_methods=["GET", "POST", "PATCH"],
        allow_headers=["*"],
    )
    app.add_middleware(Guard, host=host)
    return app


# A start request is for a call that is offered at once.
_BODIES_KEPT = 100
_LONGEST_BODY = 64 * 1024


async def _body_of(request: Request) -> Any:
    """Return the `body` of a start request, None if it has none that can be read."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LONGEST_BODY:
            raise HTTPException(413, f"A start request may have {_LONGEST_BODY} bytes.")
    if not raw:
        return None
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The start request is no JSON.") from None
    return cast("dict[str, Any]", said).get("body") if isinstance(said, dict) else None


class _Routes:
    def __init__(self, calls: ServedCalls) -> None:
        self._calls = calls
        self._handler = SmallWebRTCRequestHandler()
        # What start requests carried, until their call is offered; the oldest are forgotten.
        self._bodies: OrderedDict[str, Any] = OrderedDict()
        self.router = router = APIRouter()
        router.add_api_route("/api/about", self.about, methods=["GET"])
        router.add_api_route("/api/calls/{session}/ending", self.ending, methods=["GET"])
        router.add_api_route("/start", self.start, methods=["POST"])
        for path in ("/api/offer", "/sessions/{session_id}/api/offer"):
            router.add_api_route(path, self.offer, methods=["POST"])
            router.add_api_route(path, self.candidates, methods=["PATCH"])

    async def about(self) -> dict[str, Any]:
        """Say who answers here."""
        config = self._calls.config
        return {
            "agent": config.agent.name,
            "config": config.name,
            "providers": {slot: each.provider for slot, each in config.services.items()},
        }

    async def start(self, request: Request) -> dict[str, str]:
        """Give a client of Pipecat's the id under which it will offer its call."""
        session = str(uuid.uuid4())
        if body := await _body_of(request):
            self._bodies[session] = body
            while len(self._bodies) > _BODIES_KEPT:
                self._bodies.popitem(last=False)
        return {"sessionId": session}

    async def offer(
        self, request: SmallWebRTCRequest, session_id: uuid.UUID | None = None
    ) -> dict[str, str]:
        """Answer an offer, and begin a call on its connection unless there is one already."""
        if self._calls.closed:
            raise HTTPException(503, "The server is shutting down: start it again, then connect.")
        # aiortc takes any text for a session without media.
        if "\nm=audio" not in request.sdp:
            raise HTTPException(400, "The offer has no audio.")
        begun: list[str] = []
        failed: list[tuple[SmallWebRTCConnection, Exception]] = []

        async def begin(connection: SmallWebRTCConnection) -> None:
            # The handler logs what is raised here and answers all the same.
            session = str(session_id) if session_id else None
            body = request.request_data or self._bodies.pop(session or "", None)
            try:
                begun.append(self._calls.begin(connection, session, body))
            except Exception as error:  # noqa: BLE001 - told to the page below
                failed.append((connection, error))

        answer = await self._answer(request, begin)
        for connection, error in failed:
            logger.error(f"A call could not begin: {error}")
            await connection.disconnect()
            raise HTTPException(500, "The call could not begin: the server's terminal says why.")
        return {**answer, **({"session": begun[0]} if begun else {})}

    async def candidates(self, request: SmallWebRTCPatchRequest) -> dict[str, str]:
        """Take addresses that a client found after it made its offer."""
        await self._handler.handle_patch_request(request)
        return {"status": "success"}

    async def ending(self, session: str) -> dict[str, Any]:
        """Say how a call ended, waiting a little for one that is about to."""
        try:
            ending = await self._calls.ending(session)
        except KeyError:
            raise HTTPException(404, "There is no such call.") from None
        except TimeoutError:
            raise HTTPException(409, "The call has not ended.") from None
        return ending.to_dict()

    async def _answer(self, request: SmallWebRTCRequest, begin: Any) -> dict[str, str]:
        try:
            answer = await self._handler.handle_web_request(request, begin)
        except HTTPException:
            raise
        except Exception as error:
            # aiortc raises whatever its parser trips over.
            detail = f"The offer cannot be answered: {error}"
            raise HTTPException(400, detail) from error
        return answer or {}
