"""The file for PIPECAT_SETUP_FILES: records the calls of a bot in which no line is changed.

Pipecat loads it by its path and runs its two functions at the set-up of every runner and worker of
the process. `parley attach` prints the path.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from loguru import logger

from parley.names import make_room

CONFIG_VARIABLE = "PARLEY_CONFIG"
"""Names the recorder's configuration, a YAML file."""
LOG_VARIABLE = "PARLEY_LOG_DIR"
"""The folder that gets one folder for each call; goes before what the configuration says."""


async def setup_worker_runner(_runner: Any) -> None:
    """Do nothing: Pipecat warns of a setup file without this."""


async def setup_pipeline_worker(worker: Any) -> None:
    """Attach the recorder, if the worker holds a call that nobody records yet.

    A configuration that cannot be used is said in the process's log, and the call goes on without
    a record.
    """
    make_room()
    from bot.attached.call import attach
    from bot.attached.config import load_attach_config
    from bot.attached.parts import BotParts
    from bot.config.errors import ConfigError

    parts = BotParts(worker)
    if parts.is_ours or not parts.has_transport:
        return
    try:
        config = load_attach_config(os.environ.get(CONFIG_VARIABLE) or None)
    except ConfigError as error:
        problems = "; ".join(str(error).splitlines())
        logger.error(f"This call is not recorded, because {CONFIG_VARIABLE} is wrong: {problems}")
        return
    if directory := os.environ.get(LOG_VARIABLE):
        config = config.logging_to(Path(directory))
    attach(worker, config)
