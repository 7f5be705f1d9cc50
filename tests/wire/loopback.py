"""What every loopback provider shares: an address, a key, a record of what came in, a way to wait.

Tests must wait for facts ("the server saw Finalize"), never for time to pass: that is what
`LoopbackServer.until` is for. A server also collects what broke inside it and raises that when the
test leaves it, since the WebSocket and HTTP libraries would only log it and hang up on the client.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets import Headers
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response

HOST = "127.0.0.1"
KEY = "loopback-key"
"""The key that a server accepts unless it is told another one."""


class Fault(StrEnum):
    """How a provider is told to fail, whatever the client does right.

    A server holds one in `fault`, and a test may set or clear it in the middle of a call.
    """

    UNAUTHORIZED = "unauthorized"
    """HTTP 401 to every request or handshake, as for a key that was revoked."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request or WebSocket handshake as it arrived, refused ones included.

    `query` holds all values of each name (Deepgram repeats `keyterm`); `headers` has lower-case
    names; `status` is what was answered, 101 for an accepted WebSocket.
    """

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status and a body by which a server turns a request away."""

    status: int
    body: str


class LoopbackServer(ABC):
    """A provider on an ephemeral port of 127.0.0.1, open for as long as its `async with` block.

    Args:
        key: The only API key that is let in.
        fault: How to fail from the start; None works.

    Raises (on leaving the block): the first exception that was raised inside the server, if the
    block itself raised none.
    """

    scheme: str

    def __init__(self, *, key: str = KEY, fault: Fault | None = None) -> None:
        self.key = key
        self.fault = fault
        self.requests: list[Request] = []
        self.failures: list[Exception] = []
        self.connected = asyncio.Event()
        self._change = asyncio.Event()
        self._port = 0

    @property
    def url(self) -> str:
        """Where clients reach it, without a path, for example `ws://127.0.0.1:40213`."""
        if not self._port:
            raise RuntimeError("The server has no address yet: enter its `async with` block first.")
        return f"{self.scheme}://{HOST}:{self._port}"

    async def until(self, happened: Callable[[], bool], *, within: float = 5.0) -> None:
        """Wait for a fact about what the server saw.

        Args:
            happened: Looked at now and after everything the server receives or sends.
            within: Seconds of patience.

        Raises:
            TimeoutError: If it has not happened by then.
        """
        async with asyncio.timeout(within):
            while not happened():
                await self._change.wait()

    def changed(self) -> None:
        """Make everyone in `until` look again."""
        self._change.set()
        self._change = asyncio.Event()

    def note_request(self, request: Request) -> None:
        """Record a request; the first one that is let in sets `connected`."""
        self.requests.append(request)
        if request.status < 300:
            self.connected.set()
        self.changed()

    def note_failure(self, error: Exception) -> None:
        """Keep what broke inside the server for the end of the block."""
        self.failures.append(error)
        self.changed()

    @abstractmethod
    async def open(self) -> int:
        """Start to listen on HOST and return the port."""

    @abstractmethod
    async def close(self) -> None:
        """Hang up on everyone and free the port."""

    async def __aenter__(self) -> Self:
        self._port = await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
        if self.failures and error is None:
            raise self.failures[0]


class WebSocketServer(LoopbackServer):
    """A loopback provider whose protocol runs over one WebSocket per client."""

    scheme = "ws"
    _server: Server

    @abstractmethod
    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Say why a handshake is turned away, or None to let it in."""

    @abstractmethod
    async def converse(self, socket: ServerConnection, request: Request) -> None:
        """Talk to one client until it or the protocol is done."""

    async def open(self) -> int:
        """Start to listen on HOST and return the port."""
        self._server = await serve(
            self._handle, HOST, 0, process_request=self._screen, max_size=None, close_timeout=1.0
        )
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def close(self) -> None:
        """Hang up on everyone and free the port."""
        self._server.close()
        async with asyncio.timeout(5.0):
            await self._server.wait_closed()

    def _screen(self, socket: ServerConnection, handshake: Handshake) -> Response | None:
        path, query = split_target(handshake.path)
        refusal = self.refuse(path, query, handshake.headers)
        headers = {name.lower(): value for name, value in handshake.headers.raw_items()}
        self.note_request(Request(path, query, headers, refusal.status if refusal else 101))
        return socket.respond(refusal.status, refusal.body) if refusal else None

    async def _handle(self, socket: ServerConnection) -> None:
        handshake = socket.request
        assert handshake is not None
        path, query = split_target(handshake.path)
        headers = {name.lower(): value for name, value in handshake.headers.raw_items()}
        try:
            await self.converse(socket, Request(path, query, headers, 101))
        except ConnectionClosed:
            self.changed()
        except Exception as error:
            self.note_failure(error)
            raise


def split_target(target: str) -> tuple[str, dict[str, list[str]]]:
    """Split a request target into its path and all values of its query, blank ones kept."""
    parts = urlsplit(target)
    return parts.path, parse_qs(parts.query, keep_blank_values=True)
