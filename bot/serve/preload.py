"""Loads the heavy models before the first call, which would otherwise wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol, cast

from bot.config import BotConfig, Slot, check_references
from bot.models import Models
from bot.providers import build, check_providers

_SLOTS: tuple[Slot, ...] = ("stt", "llm", "tts")


class _Loads(Protocol):
    async def load(self) -> Any: ...


async def preload(config: BotConfig, models: Models, env: Mapping[str, str]) -> None:
    """Check the configuration and load its services' models into `models`.

    Services of remote providers have nothing to load; their keys are looked for all the same, so
    that a missing one is told now and not to the first caller.

    Raises:
        ConfigError: A provider, tool or hook cannot be found or built.
        LocalProviderError: A model cannot be loaded.
    """
    check_references(config)
    check_providers(config, env=env)
    services = [build(slot, getattr(config, slot), env=env, models=models) for slot in _SLOTS]
    loading = [cast(_Loads, service).load() for service in services if hasattr(service, "load")]
    await asyncio.gather(*loading)
