"""The LLM's answers as signals: asked, first token, complete, and begun early or withdrawn.

An answer that is begun before the end of the user's turn is held inside the LLM service until the
turn has ended, so the frames that tell of an answer come late for it: that it was asked is heard of
its context, its first token of the service's own measurement.
"""

from __future__ import annotations

from collections.abc import Callable

from pipecat.frames.frames import (
    LLMContextFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService

from eventlog.signals import (
    LLMAnswered,
    LLMFirstToken,
    ReplyDiscarded,
    ReplyRequested,
    Signal,
)
from processors.llm_requests.mark import request_of

# Two clocks read in turn for the same moment differ by so much at most (seconds).
_TOLERANCE = 0.01


class AnswerSignals:
    """Follows one answer at a time.

    Args:
        take: Where signals go.
    """

    def __init__(self, take: Callable[[Signal], None]) -> None:
        self._take = take
        self._after_tools = False
        self._early = False
        self._answering = False
        self._first_token = False
        self._characters = 0
        self._asked_at = 0.0
        self._asked_again = False

    def context(self, frame: LLMContextFrame, at: float, direction: FrameDirection) -> None:
        """The LLM is given a context.

        Tool results go back up. What goes down is announced by the gate or by the LLM, but for
        what is asked early.
        """
        if direction is FrameDirection.UPSTREAM:
            self._after_tools = True
        elif frame.speculation:
            self._early, self._first_token, self._asked_at = True, False, at
            self._take(ReplyRequested(at=at, preemptive=True))
        else:
            # Something else is to be answered, and takes its place.
            self.withdrawn(at)

    def withdrawn(self, at: float) -> None:
        """What was asked early is not to be answered."""
        if self._early:
            self._early = False
            self._take(ReplyDiscarded(at=at))

    def started(self, at: float, source: FrameProcessor) -> None:
        """An answer begins, or one that was held is let out."""
        if not isinstance(source, LLMService):
            return
        self._answering, self._characters = True, 0
        if self._asked_again:
            self._asked_again = False
            return
        if self._early:
            self._early = False
            return
        self._first_token = False
        self._take(ReplyRequested(at=at, continues=self._after_tools))
        self._after_tools = False

    def text(self, frame: LLMTextFrame, at: float) -> None:
        """A piece of the answer; white space alone is none, as no voice makes a sound of it."""
        if not self._answering:
            return
        if not self._first_token:
            self._first_token = True
            self._take(LLMFirstToken(at=at, request=request_of(frame)))
        self._characters += len(frame.text if self._characters else frame.text.lstrip())

    def audio(self, at: float, source: FrameProcessor) -> None:
        """A piece of audio: of an LLM that writes, it tells nothing."""

    def heard(self, at: float) -> None:
        """A realtime model took the user's turn to be over; others are asked."""

    def ended(self, at: float, source: FrameProcessor) -> None:
        """The answer is complete."""
        if self._answering and isinstance(source, LLMService):
            self._answering = False
            self._take(LLMAnswered(at=at, characters=self._characters))

    def provider_switched(self, at: float, *, asks_again: bool) -> None:
        """Another model goes on: with the same request, or after an answer that broke off."""
        if not self._answering:
            return
        self._answering = False
        if asks_again:
            # The answer has not begun, so for the log it is the same one.
            self._asked_again = True
        else:
            self._take(LLMAnswered(at=at, characters=self._characters))

    def measured(self, frame: MetricsFrame, at: float, source: FrameProcessor) -> None:
        """A service measured itself: of an answer that is held, this tells of the first token."""
        if not self._early or self._first_token or not isinstance(source, LLMService):
            return
        for data in frame.data:
            # A request that is called off is measured, too, as if it had answered there and then.
            if isinstance(data, TTFBMetricsData) and data.value > 0:
                if at - data.value < self._asked_at - _TOLERANCE:
                    continue
                self._first_token = True
                self._take(LLMFirstToken(at=at, request=request_of(frame)))
                return

    def interrupted(self) -> None:
        """Whatever was under way is called off."""
        self._answering = self._after_tools = self._early = self._asked_again = False
