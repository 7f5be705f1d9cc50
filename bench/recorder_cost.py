"""What the log costs: CPU of a scripted call with recorder, journal and recording, against the same
pipeline without them and with Pipecat's default observers.

Each call runs in a process of its own, the two kinds in turn, so that the machine's moods fall on
both alike. Only the time from the start of the call to its end counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import line, median_interval

KINDS = ("bare", "recorded")
PAIRS = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--one", choices=KINDS, help="Hold one call and print its CPU seconds.")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(asyncio.run(_one(arguments.one))))
        return
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for pair in range(arguments.pairs):
        for kind in KINDS if pair % 2 else reversed(KINDS):
            seconds[kind].append(_in_a_process(kind))
        ratio = seconds["recorded"][-1] / seconds["bare"][-1]
        print(f"  pair {pair + 1}/{arguments.pairs}: ratio {ratio:.3f}", file=sys.stderr)
    for kind in KINDS:
        median, low, high = median_interval(seconds[kind])
        print(f"{f'CPU of a {kind} call':<44} median {median:.3f} s [{low:.3f}, {high:.3f}]")
    ratios = [r / b for r, b in zip(seconds["recorded"], seconds["bare"], strict=True)]
    print(line("recorded / bare, CPU", ratios, "x", "≤ 1.06"))


def _in_a_process(kind: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "bench.recorder_cost", "--one", kind],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


async def _one(kind: str) -> float:
    from loguru import logger

    logger.remove()
    from bot.config import load_config
    from bot.memory import MemoryTransport
    from tests.calls.playing import config_of
    from tests.scripted.scenario import load

    scenario = load("interruption")
    transport = MemoryTransport()
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(config_of(scenario, Path(folder)))
        hold = _recorded if kind == "recorded" else _bare
        call = await hold(config, transport)
        began = time.process_time()
        playing = asyncio.create_task(call)
        await scenario.play(transport.far_end)
        await playing
        return time.process_time() - began


async def _recorded(config: Any, transport: Any) -> Any:
    from bot.call import Call

    return Call(config, transport).run()


async def _bare(config: Any, transport: Any) -> Any:
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineParams, PipelineWorker
    from pipecat.workers.runner import WorkerRunner

    from bot.agents import Agents
    from bot.models import Models
    from bot.pipeline import assemble
    from bot.services import build_services
    from processors.pipeline_end import PipelineEnd

    async def never(_frame: object) -> None:
        """One agent has nobody to hand over to."""

    services = build_services(config, env={}, models=Models())
    agents = Agents(config, services.tts, never, env={})
    parts = assemble(config, transport, services, agents, None)
    # The same processors, but for the one that only the log needs.
    kept = [p for p in parts.pipeline.processors[1:-1] if not isinstance(p, PipelineEnd)]
    worker = PipelineWorker(
        Pipeline(kept), params=PipelineParams(enable_metrics=True, enable_usage_metrics=True)
    )
    runner = WorkerRunner(handle_sigint=False)

    @transport.event_handler("on_client_disconnected")
    async def gone(_transport: Any, _client: Any) -> None:
        await runner.cancel()

    await runner.add_workers(worker)
    return runner.run()


if __name__ == "__main__":
    main()
