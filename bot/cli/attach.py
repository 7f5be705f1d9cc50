"""`parley attach`: where the file is that puts the recorder on a Pipecat bot."""

from __future__ import annotations

import importlib.util
import sys


def command() -> None:
    """Print the path of the setup file that records the calls of any Pipecat 1.14 bot.

    Nothing of the bot is changed. PARLEY_LOG_DIR says where the logs go (sessions/ by default),
    PARLEY_CONFIG names a YAML file with the sections log, agent, turn, tags
    and metadata.

    Example: PIPECAT_SETUP_FILES="$(parley attach)" python bot.py
    """
    spec = importlib.util.find_spec("parley.setup_file")
    assert spec is not None
    sys.stdout.write(f"{spec.origin}\n")
