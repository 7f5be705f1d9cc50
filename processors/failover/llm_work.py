"""The LLM's work: one request, until its answer is complete."""

from __future__ import annotations

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    LLMThoughtTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.processors.frame_processor import FrameDirection

from processors.failover.work import Handover


class LLMWork:
    """Follows one request; an answer that was begun is not begun again by another model."""

    doing = "it had a request to answer"

    def __init__(self) -> None:
        self._request: LLMContextFrame | None = None
        self._sign_at = 0.0
        self._begun = False
        self._held = False

    @property
    def owed_since(self) -> float | None:
        """When it was asked or gave the last token; an early answer that is held owes nothing."""
        return None if self._request is None or self._held else self._sign_at

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._request is None

    def given(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """See `Work`."""
        if direction is FrameDirection.DOWNSTREAM and isinstance(frame, LLMContextFrame):
            self._request, self._sign_at, self._begun, self._held = frame, at, False, False
        elif isinstance(frame, InterruptionFrame | EagerEndOfTurnCancelFrame):
            self._request = None

    def came(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """See `Work`."""
        if isinstance(frame, LLMTextFrame | FunctionCallsStartedFrame):
            self._sign_at, self._begun, self._held = at, True, False
        elif isinstance(frame, LLMThoughtTextFrame):
            self._sign_at = at
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._request = None
        elif isinstance(frame, MetricsFrame) and self._request and self._request.speculation:
            # What it answers early is kept inside until the turn is over.
            self._held = self._held or any(
                isinstance(data, TTFBMetricsData) and data.value > 0 for data in frame.data
            )

    def hand_over(self, at: float) -> Handover:
        """Ask the next one, unless the answer is half out: then it ends there."""
        request = self._request
        if request is None:
            return Handover()
        if self._begun:
            self._request = None
            return Handover(ends=[LLMFullResponseEndFrame()])
        if request.speculation:
            # Whether its turn has ended meanwhile is known to the gate, which asks again then.
            self._request = None
            return Handover(withdraws=True)
        self._sign_at = at
        self._request = again = LLMContextFrame(context=request.context)
        return Handover([(again, FrameDirection.DOWNSTREAM)], begins_anew=True)
