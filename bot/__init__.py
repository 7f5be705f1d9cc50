"""Parley's bot: a configuration becomes a call, and the call a report.

`from bot import bot` is what Pipecat Cloud imports. Everything here is loaded when it is first
used, since the command line must answer `--help` without loading a pipeline.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.attached.call import AttachedCall, attach
    from bot.call import Call, run_call
    from bot.cloud import bot, readyz
    from bot.config import ConfigError, load_config
    from bot.models import Models
    from bot.session import SessionReport
    from processors.tool_output import ToolError
    from processors.user_turn_gate import RefuseTurn

__all__ = [
    "AttachedCall",
    "Call",
    "ConfigError",
    "Models",
    "RefuseTurn",
    "SessionReport",
    "ToolError",
    "attach",
    "bot",
    "load_config",
    "readyz",
    "run_call",
]

_HOMES = {
    "AttachedCall": "bot.attached.call",
    "Call": "bot.call",
    "ConfigError": "bot.config",
    "Models": "bot.models",
    "RefuseTurn": "processors.user_turn_gate",
    "SessionReport": "bot.session",
    "ToolError": "processors.tool_output",
    "attach": "bot.attached.call",
    "bot": "bot.cloud",
    "load_config": "bot.config",
    "readyz": "bot.cloud",
    "run_call": "bot.call",
}


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'bot' has no attribute {name!r}") from None
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value
