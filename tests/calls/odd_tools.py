"""Tools as builders write them, and some that no builder should."""

import asyncio
import sys
import threading
from typing import Literal

from bot import ToolError

released = threading.Event()
threads: list[str] = []


def blocks(cup: str) -> str:
    """Order tea, from a program that cannot wait.

    Args:
        cup: Which one.
    """
    threads.append(threading.current_thread().name)
    return f"A {cup} cup."


def blocks_for_ever() -> None:
    """Never come back."""
    released.wait(60)


async def hangs() -> None:
    """Never come back, whatever happens."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if released.is_set():
                raise
            released.set()


async def raises() -> None:
    """Fail with words that are nobody's business."""
    raise RuntimeError("password=hunter2")


async def refuses() -> None:
    """Fail with words for the LLM."""
    raise ToolError("no table is free")


async def gives_no_json() -> object:
    """Give what cannot be written."""
    return object()


async def gives_nothing_found() -> list[str]:
    """Find nothing."""
    return []


async def exits() -> None:
    """Want the process to end."""
    sys.exit(3)


async def counts(number: int, size: Literal["small", "large"] = "small") -> str:
    """Count.

    Args:
        number: How far.
        size: In which steps.
    """
    return str(number)
