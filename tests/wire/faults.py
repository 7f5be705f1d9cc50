"""How a loopback provider fails when it is told to, whatever the client does right.

A server is told by `await server.fail(Fault.SILENT)` and made well by `await server.heal()`, from
the start or in the middle of a call. What is the same for all protocols is here; a server whose
protocol runs over WebSockets sends all it has to say through a `Line`, which spoils it.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from websockets.asyncio.server import ServerConnection

NOT_JSON = '{"this is": no JSON'
"""What a server in `Fault.MALFORMED` says."""
TOO_MANY = '{"error":{"message":"Too many requests.","code":"rate_limit_exceeded"}}'


class Fault(StrEnum):
    """One way to fail."""

    REFUSED = "refused"
    """Nobody listens at the address (ECONNREFUSED); who was connected is cut off."""
    UNAUTHORIZED = "unauthorized"
    """HTTP 401 to every request or handshake, as for a key that was revoked."""
    RATE_LIMITED = "rate limited"
    """HTTP 429 to every request or handshake."""
    RESET = "reset"
    """The connection breaks off without a farewell when it has begun to give something."""
    SILENT = "silent"
    """Lets everybody in, takes what comes and never says a word."""
    MALFORMED = "malformed"
    """Says something that its protocol does not know, in place of everything it has to say."""
    SLOW = "slow"
    """The first of everything comes late, by the server's `slow_by`."""


REFUSALS: Mapping[Fault, int] = {Fault.UNAUTHORIZED: 401, Fault.RATE_LIMITED: 429}
"""The HTTP status of the faults that are told in the handshake."""


class Line:
    """What a server sends to one client, spoilt as its fault demands.

    Args:
        socket: The client's connection.
        fault: The fault in force, asked anew for every message.
        spoilt: Called whenever a message was spoilt.
    """

    def __init__(
        self,
        socket: ServerConnection,
        fault: Callable[[], Fault | None],
        spoilt: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._fault = fault
        self._spoilt = spoilt
        self._sent = 0

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message as JSON.

        Raises:
            ConnectionClosed: If the client has left, or was cut off by a fault.
        """
        fault = self._fault()
        if fault is Fault.SILENT:
            self._spoilt()
            return
        if fault is Fault.RESET and self._sent:
            self._spoilt()
            self._socket.transport.abort()
            await self._socket.wait_closed()
        data = json.dumps(message)
        if fault is Fault.MALFORMED:
            data = NOT_JSON
            self._spoilt()
        await self._socket.send(data)
        self._sent += 1

    async def close(self, code: int, reason: str) -> None:
        """Close the connection with a WebSocket status."""
        await self._socket.close(code, reason)


class Outbox:
    """Messages that are sent in the order they were posted, none before its time."""

    def __init__(self, line: Line, sent: Callable[[], None]) -> None:
        self._line = line
        self._sent = sent
        self._queue: asyncio.Queue[tuple[float, Mapping[str, Any]] | None] = asyncio.Queue()

    def post(self, message: Mapping[str, Any], delay: float = 0.0) -> None:
        """Have a message sent `delay` seconds from now, or as soon as those before it are out."""
        self._queue.put_nowait((asyncio.get_running_loop().time() + delay, message))

    def end(self) -> None:
        """Let `run` end when all that was posted is out."""
        self._queue.put_nowait(None)

    async def run(self) -> None:
        """Send what is posted.

        Raises:
            ConnectionClosed: If the client has left.
        """
        loop = asyncio.get_running_loop()
        while (entry := await self._queue.get()) is not None:
            due, message = entry
            await asyncio.sleep(due - loop.time())
            await self._line.send(message)
            self._sent()
