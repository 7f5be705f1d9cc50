"""The hook at the end of a call: the builder gets the report when it lies on disk.

A hook that fails or hangs costs neither the report nor the process; it is counted in the report,
which is written once more for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loguru import logger

from bot.session import SessionReport
from processors.patience import OverdueError, call, within

HOOK = "hooks.on_call_end"


async def call_end_hook(
    hook: Callable[[SessionReport], Any], report: SessionReport, seconds: float
) -> bool:
    """Run the hook; whether it came to its end. A failure is counted in the report's losses.

    Args:
        hook: Takes the report; it may be async, and runs in a thread of its own if it is not.
        report: The report as written.
        seconds: Seconds after which the hook is left behind.
    """
    try:
        await within(seconds, call(hook, report))
    except OverdueError:
        logger.error(f"{HOOK} did not return within {seconds:g} s; the report is written")
    except Exception as error:  # noqa: BLE001 - a broken hook must not cost the report
        logger.opt(exception=error).error(f"{HOOK} failed ({error!r}); the report is written")
    else:
        return True
    losses = report.data["parley"]["recorder"].setdefault("losses", {})
    losses[HOOK] = losses.get(HOOK, 0) + 1
    return False
