"""Runs one real service in a real pipeline, so that a test can talk to it and wait for its frames.

Pipecat's own `run_test` sends a fixed list of frames and then ends; a provider answers later than
that, so a test here waits for the frames it expects before it lets the pipeline end.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from pipecat.frames.frames import EndFrame, Frame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

FrameT = TypeVar("FrameT", bound=Frame)


class _Ear(FrameProcessor):
    """Keeps what passes it in one direction and passes everything on."""

    def __init__(self, direction: FrameDirection, note: Callable[[Frame], None]) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  # its **kwargs have no type
        self._direction = direction
        self._note = note

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction == self._direction:
            self._note(frame)
        await self.push_frame(frame, direction)


class ServiceLine:
    """A running pipeline around one service: `down` and `up` are the frames that left it."""

    def __init__(self, service: FrameProcessor) -> None:
        self.down: list[Frame] = []
        self.up: list[Frame] = []
        self._change = asyncio.Event()
        self.worker = PipelineWorker(
            Pipeline(
                [
                    _Ear(FrameDirection.UPSTREAM, self._noting(self.up)),
                    service,
                    _Ear(FrameDirection.DOWNSTREAM, self._noting(self.down)),
                ]
            ),
            params=PipelineParams(
                audio_in_sample_rate=16000,
                audio_out_sample_rate=24000,
                enable_metrics=True,
                enable_usage_metrics=True,
            ),
            cancel_on_idle_timeout=False,
            enable_rtvi=False,
        )

    async def send(self, *frames: Frame) -> None:
        """Put frames in at the beginning of the pipeline."""
        for frame in frames:
            await self.worker.queue_frame(frame)

    async def next(
        self,
        kind: type[FrameT],
        where: Callable[[FrameT], bool] = lambda frame: True,
        *,
        within: float = 5.0,
    ) -> FrameT:
        """Wait for the first frame of a kind that left the service in either direction.

        Raises:
            TimeoutError: If none has come `within` that many seconds.
        """
        async with asyncio.timeout(within):
            while True:
                for frame in [*self.down, *self.up]:
                    if isinstance(frame, kind) and where(frame):
                        return frame
                await self._change.wait()

    def frames(self, kind: type[FrameT]) -> list[FrameT]:
        """All frames of a kind that went downstream so far."""
        return [frame for frame in self.down if isinstance(frame, kind)]

    def _noting(self, record: list[Frame]) -> Callable[[Frame], None]:
        def note(frame: Frame) -> None:
            record.append(frame)
            self._change.set()
            self._change = asyncio.Event()

        return note


@asynccontextmanager
async def running(service: FrameProcessor) -> AsyncGenerator[ServiceLine]:
    """Run a pipeline around the service; leaving the block ends it gracefully."""
    line = ServiceLine(service)
    started = asyncio.Event()

    async def on_started(worker: PipelineWorker, frame: Frame) -> None:
        started.set()

    line.worker.add_event_handler(  # pyright: ignore[reportUnknownMemberType]  # untyped handler
        "on_pipeline_started", on_started
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(line.worker)
    run = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(5.0):
            await started.wait()
        yield line
        await line.send(EndFrame())
        async with asyncio.timeout(5.0):
            await run
    finally:
        if not run.done():
            await runner.cancel()
            await run
