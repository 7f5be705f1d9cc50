"""The report of a call on standard output, for hosts that keep nothing else.

The disk of a Pipecat Cloud session goes with the session; what a process prints is collected.
Its log collection may cut a line off at 16 KiB, which the report of a long call exceeds.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Container, Mapping
from typing import Any

from loguru import logger

PLATFORM_VARIABLE = "PARLEY_PLATFORM"
"""Set to "pipecat-cloud" by our Dockerfile; any other value says that it is another host."""

# The base image's own module, which it documents for adding routes. It sets no variable that
# another image could not have too, and the classes of its session arguments are on their way out.
_BASE_IMAGE_MODULE = "pipecatcloud_system"


def on_pipecat_cloud(
    env: Mapping[str, str] | None = None, modules: Container[str] | None = None
) -> bool:
    """Tell whether this process was started by Pipecat Cloud's base image.

    Args:
        env: Where `PARLEY_PLATFORM` is looked up; the process's environment if None.
        modules: Names of the loaded modules, asked when the variable is not set; those of the
            process if None.
    """
    platform = (os.environ if env is None else env).get(PLATFORM_VARIABLE)
    if platform:
        return platform == "pipecat-cloud"
    return _BASE_IMAGE_MODULE in (sys.modules if modules is None else modules)


def print_report(report: Mapping[str, Any]) -> None:
    """Print a report as one line of JSON, in one write, so that no other output lands within it.

    ASCII only, as the encoding of a container's output is anybody's guess. A closed output is
    told in the process's log, and costs nothing else.
    """
    line = json.dumps(report) + "\n"
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        logger.error(f"The report could not be printed on standard output: {error}")
