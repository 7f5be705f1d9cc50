"""From the `agent:` and `agents:` of a configuration to the agents of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.agents.agent import Agent
from bot.config import BotConfig, Greeting, NamedAgent
from bot.providers.voices import agent_voices
from bot.tools import build_tools

_FIRST_SENTENCE = re.compile(r"(?s)\s*(.+?[.!?])(?:\s|$)")


def build_agents(config: BotConfig, *, env: Mapping[str, str]) -> dict[str, Agent]:
    """Import the tools of all agents and work out their voices; the order is that of the file.

    Args:
        config: What the bot is.
        env: Where variables of providers are looked up.

    Raises:
        ConfigError: A tool cannot be imported or described, two of one agent have the same name,
            or the TTS does not take a setting.
    """
    if not config.agents:
        return {config.starts: _only(config)}
    voices = agent_voices(config, env=env)
    agents: dict[str, Agent] = {}
    for name, said in config.agents.items():
        others = tuple(other for other in config.agents if other != name)
        agents[name] = Agent(
            id=name,
            instructions=config.instructions_of(name),
            description=_described(said),
            greeting=_greeting(config, name),
            tools=tuple(build_tools(config, name)),
            voice=voices.get(name),
            hands_off_to=others if said.hands_off_to is None else said.hands_off_to,
        )
    return agents


def _only(config: BotConfig) -> Agent:
    said, tools = config.agent, tuple(build_tools(config))
    return Agent(config.starts, said.instructions, greeting=said.greeting, tools=tools)


def _greeting(config: BotConfig, agent: str) -> Greeting | None:
    own = config.agents[agent].greeting
    return own or (config.agent.greeting if agent == config.starts else None)


def _described(said: NamedAgent) -> str:
    if said.description:
        return said.description
    sentence = _FIRST_SENTENCE.match(said.instructions)
    return sentence[1] if sentence else said.instructions.strip()
