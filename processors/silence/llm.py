"""An LLM that does not answer, though it is connected.

OpenAI's client waits for ten minutes. A caller does not: the request is called off, which ends the
reply with what has come of it, and is one of the failures in a row that a call bears.
"""

from __future__ import annotations

from pipecat.frames.frames import EagerEndOfTurnCancelFrame, Frame, LLMContextFrame
from pipecat.processors.frame_processor import FrameProcessor

from processors.failover.llm_work import LLMWork
from processors.frames import ServiceCalledOffFrame
from processors.silence.watch import Alone, SilenceWatch, seconds


class LLMSilence(SilenceWatch):
    """Calls a request off that has had no sign of an answer for too long.

    Args:
        service: The LLM.
        name: The short name of its provider.
        limit: Seconds without a token, the first one included.
        alone: Tells whether nobody would take over; else that is left to the failover.
    """

    def __init__(self, service: FrameProcessor, *, name: str, limit: float, alone: Alone) -> None:
        super().__init__(service, LLMWork(), name=name, limit=limit)
        self._alone = alone
        self._early = False

    async def given(self, frame: Frame, at: float) -> None:
        """Begin to wait with a request."""
        if isinstance(frame, LLMContextFrame):
            self._early = bool(frame.speculation)
            self.wake(at + self.limit)

    async def due(self, at: float) -> None:
        """Look whether a sign came meanwhile."""
        since = self.work.owed_since
        if since is None:
            # An early answer that is held may yet be asked for more.
            if not self.work.idle:
                self.wake(at + self.limit)
        elif since + self.limit > at:
            self.wake(since + self.limit)
        elif not self._alone():
            self.wake(at + self.limit)
        else:
            await self._call_off()

    async def _call_off(self) -> None:
        await self.failed(
            f"gave no answer for {seconds(self.limit)} (call.provider_timeout); "
            "the request is called off"
        )
        await self.service.queue_frame(ServiceCalledOffFrame())
        if self._early:
            # Its turn may not have ended: what comes of that is asked anew.
            await self.service.broadcast_frame(EagerEndOfTurnCancelFrame)
