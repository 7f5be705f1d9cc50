"""The far side of a call: when it is there, when it is gone, and when it never came.

Transports agree on two events (`on_client_connected`, `on_client_disconnected`) and on little else.
What differs is here: a Daily room has several people in it, and can refuse the bot.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pipecat.transports.base_transport import BaseTransport

from eventlog.signals import Closed, CloseReason, ErrorSource, Failed

if TYPE_CHECKING:
    from pipecat.transports.daily.transport import DailyTransport

Joined = Callable[[], Awaitable[None]]
Close = Callable[[Closed, bool], Awaitable[None]]


class FarSide:
    """Listens to a transport for people coming and going."""

    def __init__(self, transport: BaseTransport) -> None:
        self._transport = transport

    def watch(self, joined: Joined, close: Close) -> None:
        """Have `joined` called when somebody is there and `close` when nobody is any more."""
        if _is_daily(self._transport):
            _watch_daily(self._transport, joined, close)  # type: ignore[arg-type]
            return

        @self._transport.event_handler("on_client_connected")
        async def connected(_transport: BaseTransport, *_client: Any) -> None:
            await joined()

        @self._transport.event_handler("on_client_disconnected")
        async def disconnected(_transport: BaseTransport, *_client: Any) -> None:
            await close(_gone("the far side left"), False)

        del connected, disconnected


def _watch_daily(transport: DailyTransport, joined: Joined, close: Close) -> None:
    in_room = False

    @transport.event_handler("on_joined")
    async def entered(_transport: DailyTransport, _data: Any) -> None:
        nonlocal in_room
        in_room = True

    @transport.event_handler("on_first_participant_joined")
    async def first(_transport: DailyTransport, _participant: Any) -> None:
        await joined()

    @transport.event_handler("on_participant_left")
    async def left(_transport: DailyTransport, _participant: Any, reason: Any) -> None:
        others = [who for who in transport.participants() if who != "local"]
        if not others:
            await close(_gone(f"the last participant left ({reason})"), False)

    @transport.event_handler("on_error")
    async def failed(_transport: DailyTransport, error: str) -> None:
        # Before the join it is a call that never was; after it, the room ended or was lost.
        await close(_gone(error) if in_room else _refused(error), False)

    del entered, first, left, failed


def _gone(what: str) -> Closed:
    detail = {"who": "far side", "what": what}
    return Closed(at=time.time(), reason=CloseReason.PARTICIPANT_DISCONNECTED, detail=detail)


def _refused(what: str) -> Closed:
    failure = Failed(
        at=time.time(),
        source=ErrorSource.TRANSPORT,
        label="pipecat.transports.daily.transport.DailyTransport",
        recoverable=False,
        message=f"{_cause(what)} ({what})",
        provider="daily",
        category="connectivity",
    )
    detail = {"who": "daily", "what": _cause(what), "provider": "daily", "category": "connectivity"}
    return Closed(at=failure.at, reason=CloseReason.ERROR, detail=detail, failure=failure)


# What daily-python says when a join fails, and what that means for the person who tried.
_CAUSES = (
    (
        "Failed to parse url",
        "this is not the URL of a room; it looks like https://YOUR-DOMAIN.daily.co/ROOM",
    ),
    (
        "lookup address information",
        "Daily's address could not be looked up; check the network and the room's domain",
    ),
    ("does not exist", "there is no such room; check its name, or create it first"),
    ("not allowed", "the room is private; give a meeting token with --token"),
    ("exp-room", "the room has expired; create a new one"),
    ("exp-token", "the meeting token has expired; make a new one"),
)


def _cause(said: str) -> str:
    return next((cause for sign, cause in _CAUSES if sign in said), said)


def _is_daily(transport: BaseTransport) -> bool:
    # Only a process that made such a transport has its module loaded.
    module = sys.modules.get("pipecat.transports.daily.transport")
    return module is not None and isinstance(transport, module.DailyTransport)
