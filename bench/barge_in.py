"""How soon the bot is silent when the caller talks over it.

From the true onset of the caller's speech to the last audible sample of the bot, where it pauses
(and would go on) and where it is cut for good. Both in turn, so that the machine's moods fall on
both alike.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from loguru import logger

from bench.figures import line
from bench.scripted_call import config, folder, heard

CALLS = 20
MIN_DURATION = 0.5
MODES = {"pause": True, "cut": False}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    calls = parser.parse_args().calls
    logger.remove()
    waits = asyncio.run(_measure(calls))
    for mode, values in waits.items():
        p95 = float(np.percentile(values, 95))
        bar = f"p95 ≤ {MIN_DURATION + 0.1:.1f} s"
        print(line(f"onset to silence, {mode}", values, "s", f"{bar}; p95 {p95:.3f} s"))


async def _measure(calls: int) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {mode: [] for mode in MODES}
    for number in range(calls):
        for mode, resumes in MODES.items():
            waits[mode].append(await _one(resumes, phase=0.0137 * number))
    return waits


async def _one(resumes: bool, phase: float) -> float:
    with folder() as place:
        turn: dict[str, Any] = {
            "min_interruption_duration": MIN_DURATION,
            "resume_false_interruption": resumes,
        }
        source = config(
            Path(place), greeting="I have a long story to tell you today.", turn=turn, finals=0.6
        )
        result = await heard(source, speaks_at=1.0 + phase, speaks_for=1.0, length=2.4)
    onset = result.said[0].started_at
    assert onset is not None
    return next(end for begin, end in result.audible if end > onset) - onset


if __name__ == "__main__":
    main()
