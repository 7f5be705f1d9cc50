"""The last processor: what has got that far is settled."""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import InterruptionFrame, TextFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.floor import Floor
from processors.frames import InterruptionSettledFrame, PipelineDrainedFrame
from processors.observer import CallObserver
from processors.pipeline_end import PipelineEnd
from tests.processors.stage import Stage
from tests.processors.timeless import timeless


async def test_an_interruption_is_followed_by_its_settlement():
    frames = [InterruptionFrame()]
    expected = [InterruptionFrame, InterruptionSettledFrame]
    await run_test(PipelineEnd(), frames_to_send=frames, expected_down_frames=expected)


async def test_an_interruption_on_its_way_up_is_settled_by_the_one_that_goes_down():
    up = FrameDirection.UPSTREAM
    await run_test(
        PipelineEnd(),
        frames_to_send=[InterruptionFrame()],
        frames_to_send_direction=up,
        expected_down_frames=[],
        expected_up_frames=[InterruptionFrame],
    )


@timeless
async def test_an_interruption_that_is_through_is_settled_on_the_floor():
    floor = Floor()
    end = await Stage(PipelineEnd(floor)).begin()
    floor.interrupting()
    await end.sends(TextFrame("x"))
    await end.returns(InterruptionFrame())
    assert floor.settling
    await end.sends(InterruptionFrame())
    assert not floor.settling


async def test_every_other_frame_passes_alone():
    frames = [TextFrame("x")]
    await run_test(PipelineEnd(), frames_to_send=frames, expected_down_frames=[TextFrame])


async def test_an_observer_that_hears_the_mark_has_heard_everything_before_it():
    heard = []
    observer = CallObserver(heard.append, lambda part, why: heard.append((part, why)))

    class Marking(PipelineEnd):
        async def process_frame(self, frame, direction):
            await super().process_frame(frame, direction)
            if isinstance(frame, TextFrame):
                await self.mark_drained()

    down, _ = await run_test(
        Marking(), frames_to_send=[InterruptionFrame(), TextFrame("x")], observers=[observer]
    )
    await asyncio.wait_for(observer.drained.wait(), 5)
    assert [type(frame) for frame in down].count(PipelineDrainedFrame) == 1
    assert [type(signal).__name__ for signal in heard][-2:] == [
        "Interrupted",
        "InterruptionSettled",
    ]
