"""The head of a call's log: who serves what, with which options and versions."""

from __future__ import annotations

import platform
import secrets
import time
from collections.abc import Sequence
from importlib import metadata
from typing import TYPE_CHECKING

from pipecat.processors.frame_processor import FrameProcessor

from bot.config import BotConfig
from bot.filing import CallFiles
from bot.labels import Labels
from bot.providers import describe
from bot.version import __version__
from eventlog.header import CallHeader, Provider

if TYPE_CHECKING:
    from bot.services import Services


def call_header(
    config: BotConfig,
    files: CallFiles,
    services: Services,
    *,
    room: str,
    room_id: str,
    labels: Labels,
) -> CallHeader:
    """Return what the log of a call begins with."""
    return CallHeader(
        session=files.name,
        job_id=files.session_id,
        room_id=room_id,
        room=room,
        seed=secrets.token_hex(8),
        agent_name=config.agent.name,
        agent_id=config.starts if config.agents else "",
        options=config.turn.report_options(realtime=config.realtime is not None),
        config_name=config.name,
        config_digest=config.digest,
        config=config.redacted(),
        versions=versions(),
        providers={
            slot: provider_entry(service, services.fallback.get(slot, ()))
            for slot, service in services.serving.items()
        },
        tags=labels.tags,
        metadata=labels.metadata,
        created_at=time.time(),
    )


def versions() -> dict[str, str]:
    """Return the versions that a log names."""
    return {
        "parley": __version__,
        "pipecat-ai": metadata.version("pipecat-ai"),
        "python": platform.python_version(),
    }


def provider_entry(service: FrameProcessor, fallback: Sequence[FrameProcessor] = ()) -> Provider:
    """Return what a log says of who serves a slot, and of those that may take over."""
    said = describe(service)
    return Provider(
        provider=said["provider"] or "",
        service=said["class"] or "",
        model=said["model"] or "",
        voice=said["voice"] or "",
        fallback=[describe(standby)["provider"] or "" for standby in fallback],
    )
