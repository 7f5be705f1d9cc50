"""What Pipecat Cloud runs: `from bot import bot`, once for each session.

Its base image awaits `bot(runner_args)` inside a request, reuses the warm process for the next
session, and handles signals itself. So nothing of a call outlives it here, and the report is out
(on stdout, on disk) before `bot` returns. Pipecat's development runner calls the same function.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from loguru import logger
from pipecat.runner.types import DailyRunnerArguments, RunnerArguments
from pipecat.runner.utils import create_transport
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.transports.base_transport import BaseTransport, TransportParams
from pipecat.transports.daily.transport import DailyParams
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams

from bot.call import Call
from bot.config import BotConfig, ConfigError, load_config
from bot.labels import labels_of

CONFIG_VARIABLE = "PARLEY_CONFIG"
"""Names the configuration of a deployment: a path, or the name of a shipped one."""

_TELEPHONY = ("twilio", "telnyx", "plivo", "exotel")


class SessionError(Exception):
    """A session came without anything to talk over."""


async def bot(runner_args: RunnerArguments) -> None:
    """Hold the call of one session, from joining to the finished report.

    Args:
        runner_args: The session as Pipecat's runner or Pipecat Cloud describes it: a Daily room, a
            WebRTC connection or a WebSocket (our own protobuf frames, or a telephone provider's).
            `body["tags"]`, a list of texts, and `body["metadata"]`, a mapping, go into the report.

    Raises:
        ConfigError: The configuration cannot be used. The base image only logs what is raised
            here, so it is logged in one line first.
        SessionError: The session has no transport that the bot could use.
    """
    try:
        config = _config()
        transport = await _transport(runner_args)
        room, room_id = _room(runner_args)
        tags, metadata = labels_of(runner_args.body)
        call = Call(
            config,
            transport,
            session_id=runner_args.session_id,
            room=room,
            room_id=room_id,
            tags=tags,
            metadata=metadata,
            handle_signals=runner_args.handle_sigint or runner_args.handle_sigterm,
            rtvi=True,
        )
    except (ConfigError, SessionError) as error:
        logger.error("; ".join(str(error).splitlines()))
        raise
    await call.run()


async def readyz() -> dict[str, Any]:
    """Tell the host whether calls may be sent here: not while the configuration is wrong."""
    try:
        _config()
    except ConfigError as error:
        return {"ready": False, "reason": "; ".join(str(error).splitlines())}
    return {"ready": True}


def _config() -> BotConfig:
    return load_config(os.environ.get(CONFIG_VARIABLE) or "default")


async def _transport(runner_args: RunnerArguments) -> BaseTransport:
    try:
        return await create_transport(runner_args, _transport_params())
    except ValueError as error:
        raise SessionError(
            f"the session {runner_args.session_id or '(without id)'} brought no transport that "
            f"the bot can use ({error}): start it with a Daily room, a WebRTC connection or a "
            "WebSocket"
        ) from error


def _transport_params() -> dict[str, Callable[..., TransportParams]]:
    return {
        "daily": lambda: DailyParams(audio_in_enabled=True, audio_out_enabled=True),
        "webrtc": lambda: TransportParams(audio_in_enabled=True, audio_out_enabled=True),
        "websocket": lambda: FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, serializer=ProtobufFrameSerializer()
        ),
        # Pipecat gives these the serializer of their provider.
        **dict.fromkeys(_TELEPHONY, _telephony_params),
    }


def _telephony_params() -> TransportParams:
    return FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True)


def _room(runner_args: RunnerArguments) -> tuple[str, str]:
    """Return name and id of the room; Daily's rooms are known by their URL, without the query."""
    if not isinstance(runner_args, DailyRunnerArguments):
        return "", ""
    url = urlsplit(runner_args.room_url)
    return url.path.strip("/"), f"{url.scheme}://{url.netloc}{url.path}"
