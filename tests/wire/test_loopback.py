"""What every loopback server promises a test, whatever protocol it speaks."""

import json
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from .deepgram import DeepgramServer
from .faults import NOT_JSON, Fault
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


async def results(server: DeepgramServer, messages: int) -> list[str | bytes]:
    """What a client that asks for a result so many times is told, until it is cut off."""
    told: list[str | bytes] = []
    async with connect(server.url + LISTEN, additional_headers=HEADERS) as socket:
        for _ in range(messages):
            await socket.send('{"type": "Finalize"}')
            told.append(await socket.recv())
    return told


async def test_nobody_listens_where_a_connection_is_refused_until_the_server_is_healed() -> None:
    async with DeepgramServer([], fault=Fault.REFUSED, latency=0.0) as server:
        url = server.url
        with pytest.raises(ConnectionRefusedError):
            await results(server, 1)
        await server.heal()
        assert server.url == url
        async with connect(url + LISTEN, additional_headers=HEADERS) as socket:
            await server.fail(Fault.REFUSED)
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        with pytest.raises(ConnectionRefusedError):
            await results(server, 1)
        await server.heal()
        assert len(await results(server, 1)) == 1
    assert server.requests[-1].status == 101


async def test_a_reset_comes_when_something_has_been_said() -> None:
    async with DeepgramServer([], latency=0.0, fault=Fault.RESET) as server:
        assert len(await results(server, 1)) == 1
        with pytest.raises(ConnectionClosed):
            await results(server, 2)
        assert server.spoilt == 1


async def test_a_malformed_message_is_no_json() -> None:
    async with DeepgramServer([], latency=0.0, fault=Fault.MALFORMED) as server:
        assert await results(server, 1) == [NOT_JSON]
    with pytest.raises(json.JSONDecodeError):
        json.loads(NOT_JSON)


async def test_a_silent_server_takes_what_comes_and_answers_again_when_it_is_healed() -> None:
    async with DeepgramServer([], latency=0.0, fault=Fault.SILENT) as server:
        async with connect(server.url + LISTEN, additional_headers=HEADERS) as socket:
            await socket.send('{"type": "Finalize"}')
            await server.until(lambda: server.spoilt == 1)
            await server.heal()
            await socket.send('{"type": "Finalize"}')
            assert json.loads(await socket.recv())["from_finalize"]
        assert server.connections[0].controls == ["Finalize", "Finalize"]


async def test_a_rate_limit_turns_away_who_comes_and_leaves_who_is_there() -> None:
    server = DeepgramServer([], latency=0.0)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server)
        client = connect(server.url + LISTEN, additional_headers=HEADERS)
        socket = await stack.enter_async_context(client)
        await server.fail(Fault.RATE_LIMITED)
        with pytest.raises(InvalidStatus, match="429"):
            await results(server, 1)
        await socket.send('{"type": "Finalize"}')
        assert json.loads(await socket.recv())["type"] == "Results"
    assert [request.status for request in server.requests] == [101, 429]
