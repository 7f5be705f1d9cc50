"""What every loopback provider shares: an address, a key, a record of what came in, a way to wait.

Tests must wait for facts ("the server saw Finalize"), never for time to pass: that is what
`LoopbackServer.until` is for. A server also collects what broke inside it and raises that when the
test leaves it, since the WebSocket and HTTP libraries would only log it and hang up on the client.
"""

import asyncio
import socket as sockets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets import Headers
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response

from .faults import REFUSALS, TOO_MANY, Fault, Line

HOST = "127.0.0.1"
KEY = "loopback-key"
"""The key that a server accepts unless it is told another one."""


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

    Attributes:
        slow_by: Seconds by which `Fault.SLOW` delays the first of everything.
        spoilt: How often something was spoilt by a fault.

    Raises (on leaving the block): the first exception that was raised inside the server, if the
    block itself raised none.
    """

    scheme: str

    def __init__(self, *, key: str = KEY, fault: Fault | None = None) -> None:
        self.key = key
        self._fault = fault
        self.slow_by = 1.0
        self.spoilt = 0
        self.requests: list[Request] = []
        self.failures: list[Exception] = []
        self.connected = asyncio.Event()
        self._change = asyncio.Event()
        self._port = 0
        self._place: sockets.socket | None = None

    @property
    def fault(self) -> Fault | None:
        """How the server fails at present; None while it works."""
        return self._fault

    async def fail(self, fault: Fault) -> None:
        """Fail in this way from now on, those who are connected included."""
        await self._change_fault(fault)

    async def heal(self) -> None:
        """Work again; what was spoilt stays lost."""
        await self._change_fault(None)

    def note_spoilt(self) -> None:
        """Count one thing that a fault spoilt."""
        self.spoilt += 1
        self.changed()

    def first_after(self, seconds: float) -> float:
        """How long the first of something takes that takes so long on a good day."""
        return seconds + (self.slow_by if self._fault is Fault.SLOW else 0.0)

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
    async def open(self, place: sockets.socket) -> None:
        """Start to listen on a socket that is bound."""

    @abstractmethod
    async def close(self, *, abruptly: bool = False) -> None:
        """Hang up on everyone, without a farewell if `abruptly`, and stop to listen.

        Nothing to do where nobody listens.
        """

    async def __aenter__(self) -> Self:
        self._take_place()
        if self._fault is not Fault.REFUSED:
            await self.open(self._place_taken)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
        self._place_taken.close()
        if self.failures and error is None:
            raise self.failures[0]

    async def _change_fault(self, fault: Fault | None) -> None:
        before, self._fault = self._fault, fault
        if fault is Fault.REFUSED and before is not Fault.REFUSED:
            await self.close(abruptly=True)
            self._place_taken.close()
            self._take_place()
        elif before is Fault.REFUSED and fault is not Fault.REFUSED:
            await self.open(self._place_taken)
        self.changed()

    def _take_place(self) -> None:
        """Hold the port, so that nobody else gets it, without listening on it."""
        place = sockets.socket()
        place.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        place.bind((HOST, self._port))
        self._port = int(place.getsockname()[1])
        self._place = place

    @property
    def _place_taken(self) -> sockets.socket:
        assert self._place is not None
        return self._place


class WebSocketServer(LoopbackServer):
    """A loopback provider whose protocol runs over one WebSocket per client."""

    scheme = "ws"

    def __init__(self, *, key: str = KEY, fault: Fault | None = None) -> None:
        super().__init__(key=key, fault=fault)
        self._server: Server | None = None
        self._sockets: set[ServerConnection] = set()

    @abstractmethod
    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Say why a handshake is turned away, or None to let it in."""

    @abstractmethod
    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Talk to one client until it or the protocol is done.

        Args:
            socket: Where its messages come in.
            line: Where everything for it goes out.
            request: Its handshake.
        """

    async def open(self, place: sockets.socket) -> None:
        """Start to listen on a socket that is bound."""
        self._server = await serve(
            self._handle, sock=place, process_request=self._screen, max_size=None, close_timeout=1.0
        )

    async def close(self, *, abruptly: bool = False) -> None:
        """Hang up on everyone, without a farewell if `abruptly`, and stop to listen."""
        server, self._server = self._server, None
        if server is None:
            return
        for socket in self._sockets if abruptly else ():
            socket.transport.abort()
        server.close()
        async with asyncio.timeout(5.0):
            await server.wait_closed()

    def _screen(self, socket: ServerConnection, handshake: Handshake) -> Response | None:
        path, query = split_target(handshake.path)
        refusal = self.refuse(path, query, handshake.headers)
        if refusal is None and self.fault is Fault.RATE_LIMITED:
            refusal = Refusal(REFUSALS[self.fault], TOO_MANY)
        headers = {name.lower(): value for name, value in handshake.headers.raw_items()}
        self.note_request(Request(path, query, headers, refusal.status if refusal else 101))
        return socket.respond(refusal.status, refusal.body) if refusal else None

    async def _handle(self, socket: ServerConnection) -> None:
        handshake = socket.request
        assert handshake is not None
        path, query = split_target(handshake.path)
        headers = {name.lower(): value for name, value in handshake.headers.raw_items()}
        line = Line(socket, lambda: self.fault, self.note_spoilt)
        self._sockets.add(socket)
        try:
            await self.converse(socket, line, Request(path, query, headers, 101))
        except ConnectionClosed:
            self.changed()
        except Exception as error:
            self.note_failure(error)
            raise
        finally:
            self._sockets.discard(socket)


def split_target(target: str) -> tuple[str, dict[str, list[str]]]:
    """Split a request target into its path and all values of its query, blank ones kept."""
    parts = urlsplit(target)
    return parts.path, parse_qs(parts.query, keep_blank_values=True)
