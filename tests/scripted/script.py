"""Reading the scripts, and keeping their times."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any


class ScriptError(Exception):
    """A script cannot be followed; the message names the entry and what to change."""


def check_keys(entry: Mapping[str, Any], allowed: set[str], what: str) -> None:
    """Refuse a misspelt key, which would otherwise silently change the script.

    Raises:
        ScriptError: If the entry has a key that is not allowed.
    """
    unknown = sorted(set(entry) - allowed)
    if unknown:
        raise ScriptError(f"{what} has the unknown key '{unknown[0]}': use {sorted(allowed)}.")


async def sleep_until(moment: float) -> None:
    """Wait for a moment of `time.monotonic()`; one in the past only yields to the loop."""
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
