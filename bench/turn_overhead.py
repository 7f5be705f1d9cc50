"""What turn-taking costs the caller when nobody interrupts: nothing that can be heard.

The same scripted call on Parley and on a plain Pipecat pipeline with the same endpointing (no
floor, no paced voice, no gate, no recorder), in turn; preemptive generation is off, since it would
hide a delay. Measured from the caller's last sample to the bot's first.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loguru import logger

from bench.figures import line, median_interval
from bench.scripted_call import config, folder, heard, ours
from bot.config import load_config
from bot.memory import MemoryTransport

PAIRS = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    pairs = parser.parse_args().pairs
    logger.remove()
    waits = asyncio.run(_measure(pairs))
    for kind, values in waits.items():
        median, low, high = median_interval(values)
        print(f"{f'voice-to-voice, {kind}':<44} median {median:.4f} s [{low:.4f}, {high:.4f}]")
    more = [1000 * (a - b) for a, b in zip(waits["parley"], waits["plain pipecat"], strict=True)]
    print(line("parley - plain pipecat", more, "ms", "≤ 10 ms"))


async def _measure(pairs: int) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {"parley": [], "plain pipecat": []}
    for number in range(pairs):
        kinds = [("parley", ours), ("plain pipecat", plain)]
        for kind, hold in kinds if number % 2 else reversed(kinds):
            waits[kind].append(await _wait(hold))
    return waits


async def _wait(hold: Any) -> float:
    with folder() as place:
        source = config(Path(place), turn={"preemptive_generation": False})
        result = await heard(source, speaks_at=0.3, speaks_for=0.8, length=2.5, hold=hold)
    ended = result.said[0].ended_at
    assert ended is not None
    return result.audible[0][0] - ended


async def plain(source: Mapping[str, Any], transport: MemoryTransport) -> Any:
    """The same services in a pipeline of Pipecat's own parts."""
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineParams, PipelineWorker
    from pipecat.processors.aggregators.llm_context import LLMContext
    from pipecat.processors.aggregators.llm_response_universal import (
        LLMContextAggregatorPair,
        LLMUserAggregatorParams,
    )
    from pipecat.turns.user_start import VADUserTurnStartStrategy
    from pipecat.turns.user_turn_strategies import UserTurnStrategies
    from pipecat.workers.runner import WorkerRunner

    from bot.providers import build, build_vad
    from processors.endpointing import EndpointingUserTurnStopStrategy

    bot = load_config(dict(source))
    stt, llm, tts = (build(slot, getattr(bot, slot), env={}) for slot in ("stt", "llm", "tts"))
    endpointing = EndpointingUserTurnStopStrategy(
        min_delay=bot.turn.min_endpointing_delay, max_delay=bot.turn.max_endpointing_delay
    )
    params = LLMUserAggregatorParams(
        vad_analyzer=build_vad(bot.vad),
        user_turn_strategies=UserTurnStrategies(
            start=[VADUserTurnStartStrategy()], stop=[endpointing]
        ),
    )
    user, assistant = LLMContextAggregatorPair(LLMContext(), user_params=params)
    worker = PipelineWorker(
        Pipeline([transport.input(), stt, user, llm, tts, transport.output(), assistant]),
        params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
        enable_rtvi=False,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)

    async def end() -> None:
        await runner.cancel()

    return runner.run(), end


if __name__ == "__main__":
    main()
