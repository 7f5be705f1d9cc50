"""Loads the heavy models before the first call, which would otherwise wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol, cast

from bot.config import BotConfig, check_references
from bot.models import Models
from bot.providers import check_providers
from bot.services import build_services


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
    services = build_services(config, env=env, models=models)
    standbys = [service for slot in services.fallback.values() for service in slot]
    built = (*services.serving.values(), *standbys)
    loading = [cast(_Loads, service).load() for service in built if hasattr(service, "load")]
    try:
        await asyncio.gather(*loading)
    finally:
        await services.http.aclose()
