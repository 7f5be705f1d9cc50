"""What a Daily room's events mean for a call; the transport is Daily's real one, not joined."""

import pytest
from pipecat.transports.daily.transport import DailyParams, DailyTransport

from bot.far_side import FarSide
from eventlog.signals import Closed, CloseReason


@pytest.fixture
def room() -> tuple[DailyTransport, list[Closed]]:
    transport = DailyTransport("https://parley.invalid/room", None, "bot", DailyParams())
    closes: list[Closed] = []

    async def joined() -> None:
        """Nobody joins here."""

    async def close(closed: Closed, drain: bool) -> None:
        closes.append(closed)

    FarSide(transport).watch(joined, close)
    return transport, closes


async def tell(transport: DailyTransport, name: str, *args: object) -> None:
    for handler in transport._event_handlers[name].handlers:
        await handler(transport, *args)


async def test_the_bots_own_leaving_is_nobodys_disconnection(
    room: tuple[DailyTransport, list[Closed]],
) -> None:
    transport, closes = room
    await tell(transport, "on_joined", {})
    await tell(transport, "on_left")
    assert closes == []


async def test_a_room_that_cannot_be_joined_is_an_error_and_one_that_ends_is_not(
    room: tuple[DailyTransport, list[Closed]],
) -> None:
    transport, closes = room
    await tell(transport, "on_error", "the room does not exist")
    await tell(transport, "on_joined", {})
    await tell(transport, "on_error", "Disconnected from the room")
    assert [c.reason for c in closes] == [
        CloseReason.ERROR,
        CloseReason.PARTICIPANT_DISCONNECTED,
    ]
    assert "no such room" in closes[0].detail["what"]
