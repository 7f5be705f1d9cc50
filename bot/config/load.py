"""Load a configuration: read, merge, fill in, check.

Each step adds to one list of problems, so that a person mends a file once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from bot.config.agents import agent_problems
from bot.config.catalogue import find, unknown_provider
from bot.config.errors import ConfigError, KeyPath, Problem, dotted
from bot.config.forms import form_problems, realtime_problems
from bot.config.layers import Origins, merged, read_layers
from bot.config.problems import problems_of
from bot.config.schema import SLOTS, BotConfig, Slot
from bot.config.secret import Secret, revealed
from bot.config.variables import Expansion, expand_tree


def load_config(
    source: str | Path | Mapping[str, Any], *, env: Mapping[str, str] | None = None
) -> BotConfig:
    """Load a bot's configuration.

    Args:
        source: a path, the bare name of a shipped configuration ("default", "local"), or the
            mapping itself.
        env: where variables are looked up; the process's environment if None.

    Raises:
        ConfigError: the configuration cannot be used. All problems are in it, except that files
            which cannot be read are told alone.
    """
    env = os.environ if env is None else env
    origins = read_layers(source, env)
    expansion = expand_tree(merged(origins, env), env)
    problems = list(_variable_problems(expansion, origins))
    problems += _provider_problems(expansion, origins)
    problems += form_problems(expansion.tree, origins)
    problems += agent_problems(expansion.tree, origins)
    config: BotConfig | None = None
    try:
        config = BotConfig.model_validate(_unwrapped(expansion.tree))
    except ValidationError as error:
        told = {(problem.path, problem.key) for problem in problems}
        found = problems_of(error, origins, expansion.secrets)
        problems += [problem for problem in found if (problem.path, problem.key) not in told]
    if config is not None:
        problems += realtime_problems(config, expansion.tree, origins)
    if problems or config is None:
        raise ConfigError.of(problems)
    return config.placed(origins, frozenset(expansion.secrets))


def _variable_problems(expansion: Expansion, origins: Origins) -> Iterable[Problem]:
    for path, error in expansion.failures.items():
        yield Problem(origins.file_of(path), dotted(path), str(error), error.hint)


def _provider_problems(expansion: Expansion, origins: Origins) -> Iterable[Problem]:
    for slot in SLOTS:
        for path, provider in _named_providers(slot, expansion.tree.get(slot)):
            if not isinstance(provider, str) or not provider or path in expansion.failures:
                continue
            problem = _provider_problem(slot, provider)
            if problem:
                yield Problem(origins.file_of(path), dotted(path), *problem)
    vad = expansion.tree.get("vad")
    provider = cast("dict[str, Any]", vad).get("provider") if _is_dict(vad) else None
    if isinstance(provider, str) and provider not in ("", "silero") and ":" not in provider:
        path = ("vad", "provider")
        yield Problem(
            origins.file_of(path),
            dotted(path),
            f"unknown vad provider '{provider}'",
            "use 'silero' or 'module:Class'",
        )


def _named_providers(slot: Slot, section: object) -> Iterable[tuple[KeyPath, object]]:
    """Return the providers that a service's section names, each with its key."""
    if not isinstance(section, dict):
        return
    said = cast("dict[str, Any]", section)
    yield (slot, "provider"), said.get("provider")
    fallback = said.get("fallback")
    for index, entry in enumerate(cast("list[Any]", fallback) if _is_list(fallback) else []):
        if isinstance(entry, dict):
            yield (slot, "fallback", index, "provider"), cast("Any", entry).get("provider")
        else:
            yield (slot, "fallback", index), entry


def _provider_problem(slot: Slot, provider: str) -> tuple[str, str] | None:
    if ":" in provider or find(slot, provider):
        return None
    return unknown_provider(slot, provider)


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _unwrapped(tree: dict[str, Any]) -> dict[str, Any]:
    """Reveal the secrets of typed sections; those of a provider stay wrapped until it is built."""
    return {key: _unwrapped_section(value) for key, value in tree.items()}


def _unwrapped_section(section: Any) -> Any:
    if not isinstance(section, dict):
        return revealed(section)
    items = cast("dict[str, Any]", section).items()
    return {key: _unwrapped_value(key, value) for key, value in items}


def _unwrapped_value(key: str, value: Any) -> Any:
    if key in ("settings", "args") and not isinstance(value, Secret):
        return value
    if key == "fallback" and isinstance(value, list):
        return [_unwrapped_section(entry) for entry in cast("list[Any]", value)]
    return revealed(value)
