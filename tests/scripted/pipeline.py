"""A real pipeline that runs for the length of a test, with an ear on its frames."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from pipecat.frames.frames import Frame
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

F = TypeVar("F", bound=Frame)


@dataclass(frozen=True)
class Heard:
    """A frame as it was pushed for the first time, at epoch seconds."""

    frame: Frame
    at: float
    source: FrameProcessor


class Ear(BaseObserver):
    """Keeps each frame's first push and wakes who waits for one.

    Of a broadcast only the downstream copy is kept.
    """

    def __init__(self) -> None:
        super().__init__(observe_every_push=False)
        self.heard: list[Heard] = []
        self._news = asyncio.Condition()
        self._epoch: float | None = None

    async def on_push_frame(self, data: FramePushed) -> None:
        if self._epoch is None:
            self._epoch = time.time() - data.source.get_clock().get_time() / 1e9
        if data.frame.broadcast_sibling_id and data.direction == FrameDirection.UPSTREAM:
            return
        self.heard.append(Heard(data.frame, self._epoch + data.timestamp / 1e9, data.source))
        async with self._news:
            self._news.notify_all()

    def all(self, kind: type[F]) -> list[F]:
        return [heard.frame for heard in self.heard if isinstance(heard.frame, kind)]

    def times(self, kind: type[Frame]) -> list[float]:
        return [heard.at for heard in self.heard if isinstance(heard.frame, kind)]

    async def wait_for(self, kind: type[F], count: int = 1) -> F:
        """The `count`-th frame of a kind, as soon as it has been pushed."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[count - 1]


@dataclass
class Running:
    """A pipeline in the middle of its life."""

    worker: PipelineWorker
    runner: WorkerRunner
    ear: Ear
    done: "asyncio.Task[None]"


@asynccontextmanager
async def running(
    processors: Sequence[FrameProcessor], *, audio_rate: int = 16000
) -> AsyncGenerator[Running]:
    """Run processors as a pipeline; it is cancelled when the block is left before its end."""
    ear = Ear()
    started = asyncio.Event()
    worker = PipelineWorker(
        Pipeline(list(processors)),
        params=PipelineParams(
            audio_in_sample_rate=16000,
            audio_out_sample_rate=audio_rate,
            enable_metrics=True,
            enable_usage_metrics=True,
        ),
        observers=[ear],
        enable_rtvi=False,
        cancel_on_idle_timeout=False,
    )

    @worker.event_handler("on_pipeline_started")
    async def _(_worker: object, _frame: object) -> None:
        started.set()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    done = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(10):
            await started.wait()
        yield Running(worker, runner, ear, done)
    finally:
        if not done.done():
            await runner.cancel(reason="test over")
        async with asyncio.timeout(10):
            await done
