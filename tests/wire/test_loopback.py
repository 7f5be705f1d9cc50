"""What every loopback server promises a test, whatever protocol it speaks."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from .deepgram import DeepgramServer
from .loopback import HOST, KEY

LISTEN = "/v1/listen?encoding=linear16&sample_rate=16000"
HEADERS = {"Authorization": f"Token {KEY}"}


async def hang_up_on(server: DeepgramServer, message: str) -> None:
    """Send one message, and wait for the server to hang up."""
    async with connect(server.url + LISTEN, additional_headers=HEADERS) as socket:
        await socket.send(message)
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def test_what_breaks_inside_a_server_fails_the_test_that_uses_it() -> None:
    server = DeepgramServer([])
    with pytest.raises(KeyError, match="type"):
        async with server:
            await hang_up_on(server, "{}")


async def test_waiting_for_what_never_happens_ends_with_a_timeout() -> None:
    async with DeepgramServer([]) as server:
        with pytest.raises(TimeoutError):
            await server.until(lambda: bool(server.connections), within=0.01)


async def test_it_listens_on_loopback_only_and_has_no_address_before() -> None:
    server = DeepgramServer([])
    with pytest.raises(RuntimeError, match="async with"):
        _ = server.url
    async with server:
        assert server.url.startswith(f"ws://{HOST}:")
