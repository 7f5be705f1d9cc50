"""Notices a far side that went without a word: a pulled plug, a closed laptop, a crashed browser.

A page that closes says so, and WebRTC ends the connection. One that is gone says nothing, and ICE
takes half a minute to believe it; meanwhile the bot would talk to nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

CONNECT_WITHIN = 30.0
"""Seconds in which a connection must come about."""

SILENT_FOR = 10.0
"""Seconds without a sign of life after which the far side counts as gone."""


class Line(Protocol):
    """What is asked of a connection; Pipecat's knows its client by the ping of each second."""

    def is_connected(self) -> bool:
        """Say whether the far side has been heard from in the last seconds."""
        ...


async def until_lost(
    line: Line,
    *,
    connect_within: float = CONNECT_WITHIN,
    silent_for: float = SILENT_FOR,
    poll: float = 0.5,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Wait until the line is lost, and return what happened, for the report.

    Args:
        line: The connection.
        connect_within: Seconds that it may take to connect.
        silent_for: Seconds that it may be silent once it has connected.
        poll: Seconds between two looks.
        clock: Seconds on a clock that never runs back.
    """
    ever = False
    heard = clock()
    while True:
        if line.is_connected():
            ever, heard = True, clock()
        elif clock() - heard >= (silent_for if ever else connect_within):
            return "the network was lost" if ever else "no connection came about"
        await asyncio.sleep(poll)
