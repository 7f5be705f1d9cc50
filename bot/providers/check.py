"""Check a configuration and every provider of it without building one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.errors import ConfigError, Problem, ProviderError
from bot.config.references import check_references
from bot.config.schema import BotConfig
from bot.providers.plan import plan
from bot.providers.vad import plan_vad
from bot.providers.voices import agent_voices


def check_config(config: BotConfig, *, env: Mapping[str, str]) -> None:
    """Check all that can be checked without a server: functions, providers, settings, keys.

    Raises:
        ConfigError: with a line for each thing that is wrong.
    """
    problems: list[Problem] = []
    try:
        check_references(config)
    except ConfigError as error:
        problems += error.problems
    try:
        check_providers(config, env=env)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError.of(problems)


def check_providers(config: BotConfig, *, env: Mapping[str, str]) -> None:
    """Import the configured classes and check their settings, arguments and API keys.

    Nothing is built and no server is asked, so a wrong key is not found here.

    Raises:
        ProviderError: with a line for each thing that is wrong.
    """
    problems = list(_problems(config, env))
    if problems:
        raise ProviderError.of(problems)


def _problems(config: BotConfig, env: Mapping[str, str]) -> Iterator[Problem]:
    services = config.services
    told = dict.fromkeys(services, False)
    for slot, service in services.items():
        for provider in service.providers:
            try:
                plan(slot, provider, env=env, defaults={})
            except ProviderError as error:
                told[slot] = told[slot] or provider is service
                yield from error.problems
    if not told.get("tts", True):
        try:
            agent_voices(config, env=env)
        except ProviderError as error:
            yield from error.problems
    try:
        plan_vad(config.vad)
    except ProviderError as error:
        yield from error.problems
