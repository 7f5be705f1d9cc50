"""What a command prints of the process's log: Parley's own warnings, or everything when asked.

Pipecat logs freely, and an error that it logs three times over would bury the one line that tells a
person what to do.
"""

from __future__ import annotations

import sys
from typing import Any

from loguru import logger

_OWN = ("bot", "processors", "eventlog", "__main__")


def log_to_stderr(*, verbose: bool) -> None:
    """Send the log to stderr: all of it if `verbose`, else the warnings of Parley itself."""
    logger.remove()
    if verbose:
        logger.add(sys.stderr, level="DEBUG")
    else:
        logger.add(sys.stderr, level="WARNING", format="parley: {message}", filter=_is_own)


def _is_own(record: Any) -> bool:
    return str(record["name"]).split(".")[0] in _OWN
