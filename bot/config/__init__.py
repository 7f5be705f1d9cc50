"""A bot's configuration: YAML files, checked, merged and filled from the environment.

`load_config` gives a frozen `BotConfig`; nothing here imports a pipeline. The names are imported
when they are first used, because the command line lists `config` among its commands and must not
pay for pydantic to print a help page.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config.agents import AgentConfig, Greeting, NamedAgent
    from bot.config.errors import ConfigError, Problem, ProviderError
    from bot.config.load import load_config
    from bot.config.references import (
        check_references,
        load_agent_tools,
        load_call_end_hook,
        load_tools,
        load_user_turn_hook,
        require_mcp,
    )
    from bot.config.schema import (
        BotConfig,
        CallConfig,
        HooksConfig,
        LogConfig,
        ProviderConfig,
        ServiceConfig,
        Slot,
        VadConfig,
    )
    from bot.config.secret import Secret
    from bot.config.shipped import shipped_configs
    from bot.config.tools import McpConfig, ToolConfig
    from bot.config.turn import TurnConfig

__all__ = [
    "AgentConfig",
    "BotConfig",
    "CallConfig",
    "ConfigError",
    "Greeting",
    "HooksConfig",
    "LogConfig",
    "McpConfig",
    "NamedAgent",
    "Problem",
    "ProviderConfig",
    "ProviderError",
    "Secret",
    "ServiceConfig",
    "Slot",
    "ToolConfig",
    "TurnConfig",
    "VadConfig",
    "check_references",
    "load_agent_tools",
    "load_call_end_hook",
    "load_config",
    "load_tools",
    "load_user_turn_hook",
    "require_mcp",
    "shipped_configs",
]

_HOMES = {
    "agents": ("AgentConfig", "Greeting", "NamedAgent"),
    "errors": ("ConfigError", "Problem", "ProviderError"),
    "load": ("load_config",),
    "references": (
        "check_references",
        "load_agent_tools",
        "load_call_end_hook",
        "load_tools",
        "load_user_turn_hook",
        "require_mcp",
    ),
    "secret": ("Secret",),
    "shipped": ("shipped_configs",),
    "tools": ("McpConfig", "ToolConfig"),
    "turn": ("TurnConfig",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOME.get(name, 'schema')}")
    return getattr(module, name)
