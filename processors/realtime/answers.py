"""A realtime model's answers as signals.

It answers without being asked: the end of the user's turn is the request. And it gives text and
audio in one, so the first of either is its first token.
"""

from __future__ import annotations

from pipecat.frames.frames import LLMContextFrame, MetricsFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService

from eventlog.signals import LLMFirstToken, ReplyRequested, UserTurnHeard
from processors.answer_signals import AnswerSignals


class RealtimeAnswers(AnswerSignals):
    """Follows one answer at a time; see `AnswerSignals`."""

    def heard(self, at: float) -> None:
        """The user's turn is over: its answer is under way."""
        self._begin()
        self._take(UserTurnHeard(at=at))

    def context(self, frame: LLMContextFrame, at: float, direction: FrameDirection) -> None:
        """Tool results go back up; what goes down is announced by the model."""
        if direction is FrameDirection.UPSTREAM:
            self._after_tools = True

    def started(self, at: float, source: FrameProcessor) -> None:
        """An answer begins; one that is under way may begin a second time, with its first item."""
        if not isinstance(source, LLMService) or self._answering:
            return
        continues = self._after_tools
        self._begin()
        self._take(ReplyRequested(at=at, continues=continues))

    def audio(self, at: float, source: FrameProcessor) -> None:
        """A piece of audio."""
        if self._answering and not self._first_token and isinstance(source, LLMService):
            self._first_token = True
            self._take(LLMFirstToken(at=at))

    def measured(self, frame: MetricsFrame, at: float, source: FrameProcessor) -> None:
        """Nothing is held, so there is nothing to learn from measurements."""

    def _begin(self) -> None:
        self._answering, self._after_tools, self._first_token = True, False, False
        self._characters = 0
