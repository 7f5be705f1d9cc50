"""Tells a call's page what happens in the call, as it is told in the log.

The page is a viewer: whatever becomes of it, the call goes on. So nothing here waits or raises, and
what does not fit into a message of a data channel is shortened.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from loguru import logger
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection

from eventlog.events import Event, to_dict

MESSAGE_TYPE = "parley"
"""The `type` of our messages on a data channel that others use too."""

# Browsers announce messages of 64 KiB as the least that each side takes.
_LONGEST_MESSAGE = 60_000
_LONGEST_TEXT = 4_000


class LiveEvents:
    """Sends each event of a call over its data channel; give it to `Call.listen`.

    Events from before the channel is open are kept by the connection and sent then. Make it on
    the event loop; it may be called from any thread, since the last event of a log is told from
    the one that writes the report.
    """

    def __init__(self, connection: SmallWebRTCConnection) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._over = False

        @connection.event_handler("closed")
        async def closed(_connection: SmallWebRTCConnection) -> None:
            self._over = True

        del closed

    def __call__(self, event: Event) -> None:
        """Send one event."""
        message = live_message(to_dict(event))
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
            return
        try:
            self._connection.send_app_message(message)
        except Exception as error:  # noqa: BLE001 - a page that cannot be told costs no call
            self._over = True
            logger.debug(f"The page is not told of events any more: {error!r}")


def live_message(event: dict[str, Any]) -> dict[str, Any]:
    """Wrap an event as the page takes it, with long texts shortened.

    Returns:
        `{"type": "parley", "event": {…}}`, less than 64 KiB as JSON.
    """
    short = _shortened(event)
    if len(json.dumps(short)) > _LONGEST_MESSAGE:
        short = {"type": event["type"], "created_at": event["created_at"], "too_long": True}
    return {"type": MESSAGE_TYPE, "event": short}


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "…"
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_shortened(item) for item in cast("list[Any]", value)]
    return value
