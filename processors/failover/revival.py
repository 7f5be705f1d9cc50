"""Bring a service that failed back to where it can be given work.

Services that ask over HTTP have nothing to restore. Those that keep a connection open connect anew,
by the pair of methods that all of Pipecat's have (`WebsocketService._connect`, `_disconnect`);
there is no public one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.websocket_service import WebsocketService


async def revive(service: FrameProcessor) -> None:
    """Let a service be used again and connect it; what goes wrong is an error of the service."""
    await service.set_usable(True)
    try:
        for step in ("_disconnect", "_connect"):
            method: Callable[[], Awaitable[Any]] | None = getattr(service, step, None)
            if method is not None:
                await method()
        if isinstance(service, WebsocketService) and not await service._verify_connection():  # pyright: ignore[reportPrivateUsage]
            await service.push_error("it cannot be connected again")
    except Exception as error:  # noqa: BLE001 - it stays aside, and the log says why
        await service.push_error(f"it cannot be connected again: {error}", exception=error)
