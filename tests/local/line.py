"""A call on the in-memory line whose frames a test can wait for."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pipecat.frames.frames import Frame
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from bot.memory.far_end import FarEnd
from bot.memory.transport import MemoryTransport


@dataclass
class Pushed:
    """A frame as a processor pushed it, at epoch seconds."""

    frame: Frame
    at: float
    source: FrameProcessor
    direction: FrameDirection


@dataclass(eq=False)  # Pipecat keeps observers in a set
class Line(BaseObserver):
    """A running pipeline between the far end and some processors."""

    transport: MemoryTransport
    pushed: list[Pushed] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.worker: PipelineWorker
        self._change = asyncio.Condition()
        self._anchor: float | None = None

    @property
    def far_end(self) -> FarEnd:
        return self.transport.far_end

    async def on_push_frame(self, data: FramePushed) -> None:
        if self._anchor is None:
            self._anchor = time.time() - data.source.get_clock().get_time() / 1e9
        at = self._anchor + data.timestamp / 1e9
        self.pushed.append(Pushed(data.frame, at, data.source, data.direction))
        async with self._change:
            self._change.notify_all()

    def of(self, kind: type[Frame], source: FrameProcessor) -> list[Pushed]:
        """What a processor pushed downstream of a kind, subclasses left out."""
        return [
            p
            for p in self.pushed
            if type(p.frame) is kind
            and p.source is source
            and p.direction == FrameDirection.DOWNSTREAM
        ]

    async def until(self, true: Callable[[], object], *, within: float = 20.0) -> None:
        """Wait until frames have made something true."""
        async with asyncio.timeout(within), self._change:
            await self._change.wait_for(lambda: bool(true()))


@asynccontextmanager
async def call(
    before: Sequence[FrameProcessor], after: Sequence[FrameProcessor] = ()
) -> AsyncIterator[Line]:
    """Run processors before and after the transport's output; the far end is connected."""
    transport = MemoryTransport()
    line = Line(transport)
    line.worker = PipelineWorker(
        Pipeline([transport.input(), *before, transport.output(), *after]),
        params=PipelineParams(
            audio_in_sample_rate=16000, audio_out_sample_rate=24000, enable_metrics=True
        ),
        observers=[line],
        enable_rtvi=False,
        cancel_on_idle_timeout=False,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(line.worker)
    run = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(20):
            await line.far_end.join("caller")
            await line.far_end.connected()
        yield line
    finally:
        await runner.cancel()
        await run
