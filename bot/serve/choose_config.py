"""Which configuration a command uses when it is told none.

Somebody who has the keys wants the providers they are for, and somebody without them wants a call
all the same: it is then held on this machine, and the terminal says so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from bot.config import BotConfig, load_config
from bot.config.errors import shown_path

KEYS = ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY")
"""The environment variables without which the shipped configuration `default` cannot work."""


def choose_config(
    option: str | None, env: Mapping[str, str] | None = None
) -> tuple[BotConfig, str]:
    """Return the configuration to use, and one line that says which it is and why.

    Args:
        option: What was asked for: a path, the name of a shipped configuration, or None.
        env: Where keys and the configuration's variables are looked up; the process's
            environment by default. A variable that is set but empty counts as missing.

    Raises:
        ConfigError: The configuration cannot be used.
    """
    env = os.environ if env is None else env
    if option is not None:
        config = load_config(option, env=env)
        return config, f"Using {_place(config)}."
    missing = [key for key in KEYS if not env.get(key)]
    if missing:
        config = load_config("local", env=env)
        where = "everything runs on this machine"
        return config, f"No {', '.join(missing)}: using {_place(config)}, {where}."
    config = load_config("default", env=env)
    return config, f"{', '.join(KEYS)} are set: using {_place(config)}."


def _place(config: BotConfig) -> str:
    return shown_path(config.path) if config.path else config.name
