"""A processor on a stage: between two ears, in a time that moves only when all is quiet."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from pipecat.clocks.base_clock import BaseClock
from pipecat.frames.frames import Frame, StartFrame
from pipecat.processors.frame_processor import (
    FrameDirection,
    FrameProcessor,
    FrameProcessorSetup,
)
from pipecat.utils.asyncio.task_manager import TaskManager

from tests.processors.timeless import now, until

# Long enough for whatever is under way to come to rest, since nothing takes any time.
_REST = 1e-6


@dataclass(frozen=True)
class Heard:
    """A frame and the second of the test at which it came."""

    at: float
    frame: Frame


class Ear(FrameProcessor):
    """Keeps what it is given."""

    def __init__(self):
        super().__init__(enable_direct_mode=True)
        self.heard = []

    async def process_frame(self, frame, direction):
        self.heard.append(Heard(round(now(), 4), frame))

    def all(self, *kinds):
        """The frames of these kinds, or all of them."""
        return [h.frame for h in self.heard if not kinds or isinstance(h.frame, kinds)]

    def kinds(self):
        return [type(heard.frame) for heard in self.heard]

    def times(self, *kinds):
        return [heard.at for heard in self.heard if isinstance(heard.frame, kinds)]


class LoopClock(BaseClock):
    """The clock of a pipeline on a timeless loop."""

    def get_time(self):
        return int(now() * 1e9)

    def start(self):
        pass


class Stage:
    """Processors between two ears, of which `up` stands before them and `down` behind."""

    # Who hears of each frame that is pushed, as a pipeline's observer.
    observer: Any = None

    def __init__(self, *processors):
        self.up, self.down = Ear(), Ear()
        self.processors = processors
        everyone = [self.up, *processors, self.down]
        for one, following in itertools.pairwise(everyone):
            one.link(following)

    async def begin(self):
        worker: Any = SimpleNamespace(app_resources=None, worker_runner=None)
        setup = FrameProcessorSetup(
            clock=LoopClock(),
            task_manager=TaskManager(),
            pipeline_worker=worker,
            observer=self.observer,
            enable_metrics=self.observer is not None,
        )
        for processor in self.processors:
            await processor.setup(setup)
        await self.sends(StartFrame())
        assert StartFrame in self.down.kinds()
        self.down.heard.clear()
        return self

    async def sends(self, *frames, at=None):
        """Give the first processor frames from above, at second `at`, and let all come to rest."""
        if at is not None:
            await until(at)
        for frame in frames:
            await self.processors[0].queue_frame(frame)
        await rest()

    async def returns(self, *frames):
        """Give the last processor frames from below, and let all come to rest."""
        for frame in frames:
            await self.processors[-1].queue_frame(frame, FrameDirection.UPSTREAM)
        await rest()


async def rest():
    """Let everything that is under way come to rest."""
    await asyncio.sleep(_REST)


async def nap(seconds):
    """Sleep, and never so short that a rounded clock would stand still."""
    await asyncio.sleep(max(seconds, _REST))
