"""What the caller gains when the LLM is asked at the final transcript.

The same call with `preemptive_generation` and without, in turn, for several speeds of the LLM. At
best the gain is min(LLM time to first token, endpointing delay - transcription delay).
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from loguru import logger

from bench.figures import line, median_interval
from bench.scripted_call import config, folder, heard

PAIRS = 8
ENDPOINTING = 0.8
FINAL_AFTER = 0.2
TTFTS = (0.2, 0.4, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    pairs = parser.parse_args().pairs
    logger.remove()
    for ttft in TTFTS:
        best = min(ttft, ENDPOINTING - FINAL_AFTER)
        gains = asyncio.run(_gains(ttft, pairs))
        share = median_interval([gain / best for gain in gains])[0]
        print(
            line(f"gain, LLM of {ttft} s", gains, "s", f"≥ {0.8 * best:.3f} s; {share:.0%} of best")
        )


async def _gains(ttft: float, pairs: int) -> list[float]:
    gains: list[float] = []
    for _ in range(pairs):
        late = await wait(ttft, preemptive=False)
        gains.append(late - await wait(ttft, preemptive=True))
    return gains


async def wait(ttft: float, *, preemptive: bool) -> float:
    """Seconds from the caller's last sample to the bot's first."""
    with folder() as place:
        turn = {"preemptive_generation": preemptive, "min_endpointing_delay": ENDPOINTING}
        source = config(Path(place), llm_ttft=ttft, finals=FINAL_AFTER, turn=turn)
        result = await heard(source, speaks_at=0.3, speaks_for=0.8, length=1.1 + ttft + 1.3)
    ended = result.said[0].ended_at
    assert ended is not None
    return result.audible[0][0] - ended


if __name__ == "__main__":
    main()
