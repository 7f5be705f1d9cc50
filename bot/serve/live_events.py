"""Tells a call's page what happens in the call, as it is told in the log and drawn in its picture.

The page is a viewer: whatever becomes of it, the call goes on. So nothing here waits or raises, and
what does not fit into a message of a data channel is shortened.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from loguru import logger
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection

from eventlog.events import Event, to_dict
from eventlog.timeline.live import LiveLanes, Turns

MESSAGE_TYPE = "parley"
"""The `type` of our messages on a data channel that others use too."""

# Browsers announce messages of 64 KiB as the least that each side takes.
_LONGEST_MESSAGE = 60_000
_LONGEST_TEXT = 4_000
_LONGEST_LABEL = 40
_MOST_UNSENT = 50


class LiveEvents:
    """Sends each event of a call over its data channel; give it to `Call.listen`.

    Events from before the channel is open are kept by the connection and sent then. Make it on
    the event loop; it may be called from any thread, since the last event of a log is told from
    the one that writes the report.

    Args:
        connection: The call's.
        turns: The entries of the report's `parley.turns` so far.
        clock: Wall clock in epoch seconds.

    Attributes:
        unsent: The last messages for which there was no connection any more: a call's last events
            are told after it, among them what the bot was saying when it was hung up on.
    """

    def __init__(
        self,
        connection: SmallWebRTCConnection,
        turns: Turns,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.unsent: deque[dict[str, Any]] = deque(maxlen=_MOST_UNSENT)
        self._connection = connection
        self._lanes = LiveLanes(turns)
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._over = False

        @connection.event_handler("closed")
        async def closed(_connection: SmallWebRTCConnection) -> None:
            self._over = True

        del closed

    def __call__(self, event: Event) -> None:
        """Send one event."""
        told = to_dict(event)
        picture = self._lanes.take(told)
        picture["now"] = round(self._clock() - (self._lanes.begin or 0.0), 3)
        message = live_message(told, picture)
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is self._loop:
            self._send(message)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send, message)

    def _send(self, message: dict[str, Any]) -> None:
        if self._over:
            self.unsent.append(message)
            return
        try:
            self._connection.send_app_message(message)
        except Exception as error:  # noqa: BLE001 - a page that cannot be told costs no call
            self._over = True
            logger.debug(f"The page is not told of events any more: {error!r}")


def live_message(event: dict[str, Any], picture: dict[str, Any]) -> dict[str, Any]:
    """Wrap an event as the page takes it, with long texts shortened.

    Args:
        event: The event, in the report's shape.
        picture: What it changes in the picture of the call, and `now`, the time into the call.

    Returns:
        `{"type": "parley", "event": {…}, "picture": {…}}`, less than 64 KiB as JSON.
    """
    message = {"type": MESSAGE_TYPE, "event": _shortened(event), "picture": picture}
    if _is_too_long(message):
        short = {"type": event["type"], "created_at": event["created_at"], "too_long": True}
        message["event"] = short
    if _is_too_long(message):
        message["picture"] = _shortened(picture, _LONGEST_LABEL)
    return message


def _is_too_long(message: dict[str, Any]) -> bool:
    return len(json.dumps(message)) > _LONGEST_MESSAGE


def _shortened(value: Any, most: int = _LONGEST_TEXT) -> Any:
    if isinstance(value, str):
        return value if len(value) <= most else value[:most] + "…"
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {key: _shortened(item, most) for key, item in members.items()}
    if isinstance(value, list):
        return [_shortened(item, most) for item in cast("list[Any]", value)]
    return value
