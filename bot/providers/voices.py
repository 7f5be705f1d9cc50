"""The voices of several agents: what the TTS is told when one of them takes over.

A TTS is one service with settings that can change. Whatever one agent changes has to be changed
back for the next one, so each of them must come to a value for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pipecat.services.settings import TTSSettings
from pipecat.utils.types import NOT_GIVEN

from bot.config.errors import Problem, ProviderError
from bot.config.schema import BotConfig, ServiceConfig
from bot.providers.plan import plan


def tts_of(config: BotConfig, agent: str) -> ServiceConfig:
    """Return the TTS with the settings that an agent has of its own."""
    tts = cast("ServiceConfig", config.tts)
    said = config.agents.get(agent)
    if said is None or not said.speaks_with:
        return tts
    return tts.model_copy(update={"settings": {**tts.settings, **said.speaks_with}})


def agent_voices(config: BotConfig, *, env: Mapping[str, str]) -> dict[str, TTSSettings]:
    """Work out what the TTS is told for each agent; empty where all have the same voice.

    Args:
        config: What the bot is.
        env: Where the voice is looked up if the configuration names none.

    Raises:
        ProviderError: The TTS has no such setting, the value does not fit it, or one agent changes
            what another has no value for.
    """
    if not any(agent.speaks_with for agent in config.agents.values()):
        return {}
    problems: list[Problem] = []
    given: dict[str, Any] = {}
    for agent in config.agents:
        try:
            planned = plan(
                "tts", tts_of(config, agent), env=env, defaults={"language": config.agent.language}
            )
        except ProviderError as error:
            problems += _of_agent(config, agent, error.problems)
        else:
            given[agent] = planned.arguments.get("settings")
    if not problems:
        changed = _changed(config, next(iter(given.values())))
        problems = list(_unsettled(config, given, changed))
        if not problems:
            return {agent: _delta(settings, changed) for agent, settings in given.items()}
    raise ProviderError.of(problems)


def _changed(config: BotConfig, settings: Any) -> list[str]:
    """Return the names of all settings that some agent changes."""
    aliases: Mapping[str, str] = getattr(type(settings), "_aliases", {})
    names = [name for agent in config.agents.values() for name in agent.speaks_with]
    return list(dict.fromkeys(aliases.get(name, name) for name in names))


def _of_agent(config: BotConfig, agent: str, problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """Name the key of the agent in what was found wrong with its TTS."""
    said = config.agents[agent]
    for problem in problems:
        setting = problem.key.removeprefix("tts.settings.")
        if setting not in said.speaks_with or setting == problem.key:
            yield problem
            continue
        key = ("voice",) if setting == "voice" and said.voice else ("tts", setting)
        file = config.file_of("agents", agent, *key)
        yield Problem(file, ".".join(("agents", agent, *key)), problem.problem, problem.hint)


def _unsettled(
    config: BotConfig, given: Mapping[str, Any], changed: list[str]
) -> Iterator[Problem]:
    if "extra" in changed:
        said = "what is extra cannot differ between agents"
        yield Problem(config.file_of("agents"), "agents", said, "put it under 'tts.settings'")
    for agent, settings in given.items():
        for name in changed:
            if getattr(settings, name, NOT_GIVEN) is NOT_GIVEN:
                key = "voice" if name == "voice" else f"tts.{name}"
                yield Problem(
                    config.file_of("agents", agent),
                    f"agents.{agent}.{key}",
                    "is missing, while another agent has one",
                    f"give it one, or set 'tts.settings.{name}' for all",
                )


def _delta(settings: Any, changed: list[str]) -> TTSSettings:
    return type(settings).from_mapping({name: getattr(settings, name) for name in changed})
