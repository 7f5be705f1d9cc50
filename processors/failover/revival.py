"""Lay a service that failed aside, and bring it back to where it can be given work.

Services that ask over HTTP have nothing to give up or to restore. Those that keep a connection open
end it, since they would go on trying (and keep a call from starting), and connect anew, by the pair
of methods that all of Pipecat's have (`WebsocketService._connect`, `_disconnect`); there is no
public one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from loguru import logger
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.websocket_service import WebsocketService


async def lay_aside(service: FrameProcessor) -> None:
    """Have a service stop whatever it is trying."""
    try:
        await _call(service, "_disconnect")
    except Exception as error:  # noqa: BLE001 - it is not needed any more
        logger.warning(f"{service.name} could not be disconnected: {error!r}")


async def revive(service: FrameProcessor) -> None:
    """Let a service be used again and connect it; what goes wrong is an error of the service."""
    await service.set_usable(True)
    try:
        await _call(service, "_disconnect")
        await _call(service, "_connect")
        if isinstance(service, WebsocketService):
            # Nothing public tells whether it is connected either.
            connected = await service._verify_connection()  # pyright: ignore[reportPrivateUsage]
            if not connected:
                await service.push_error("it cannot be connected again")
    except Exception as error:  # noqa: BLE001 - it stays aside, and the log says why
        await service.push_error(f"it cannot be connected again: {error}", exception=error)


async def _call(service: FrameProcessor, name: str) -> None:
    method: Callable[[], Awaitable[Any]] | None = getattr(service, name, None)
    if method is not None:
        await method()
