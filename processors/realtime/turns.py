"""The user's turns as a realtime model finds them.

The model hears the audio itself, so its own turn detection decides: a second judge beside it would
end turns that the model does not answer. It answers before the words are known, which it sends when
they are; a turn is therefore told twice, when it is over and when it has its words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    LLMMessagesAppendFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregator
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import ExternalUserTurnStartStrategy

from processors.floor import Floor
from processors.frames import UserTurnCompletedFrame, UserTurnHeardFrame
from processors.realtime.asking import AskModelFrame

_GO_ON = "Say what comes next."


class ModelUserTurnStartStrategy(ExternalUserTurnStartStrategy):
    """Starts the user's turn when the model hears them, and with it cuts the bot.

    Args:
        floor: Where it is noted that the bot has lost the floor.
    """

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self._floor = floor
        self._open = False

    async def handle_user_turn_started(self) -> None:
        """An interruption goes with it."""
        await super().handle_user_turn_started()
        self._open = True

    async def handle_user_turn_stopped(self) -> None:
        """The next one may begin."""
        await super().handle_user_turn_stopped()
        self._open = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Decide on one frame; see `BaseUserTurnStartStrategy`."""
        if isinstance(frame, ProposedUserStartedSpeakingFrame) and not self._open:
            self._floor.interrupting()
        return await super().process_frame(frame)


class ModelTurns(FrameProcessor):
    """Stands before the model: tells of turns, and hands on what the model is to answer.

    Args:
        floor: What the bot is about.
        context: The conversation, which the model is given with the first thing it is asked.
        cancel: Has the model stop generating.
    """

    def __init__(
        self,
        floor: Floor,
        context: LLMContext,
        cancel: Callable[[], Awaitable[None]],
    ) -> None:
        # It holds nothing back: what is known of a turn must not be swept away in a queue.
        super().__init__(enable_direct_mode=True)
        self._floor = floor
        self._context = context
        self._cancel = cancel
        self._has_context = False
        # Whether the next interruption is the model's own doing.
        self._models_own = False
        self._written = False
        self._item: str | None = None
        self._words = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass frames on, but for those that would have a turn answered twice."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            await self._came_back(frame)
        elif isinstance(frame, InterruptionFrame):
            await self._interrupted(frame)
        elif isinstance(frame, AskModelFrame):
            await self._ask(frame)
        elif isinstance(frame, LLMContextUserTurnFrame):
            self._written = True
            await self.push_frame(frame)
            await self.push_frame(UserTurnCompletedFrame())
        elif isinstance(frame, LLMContextFrame) and self._written:
            self._written = False  # its turn is being answered
        else:
            if isinstance(frame, EndFrame | CancelFrame):
                self._floor.close()
            await self.push_frame(frame, direction)

    async def _interrupted(self, frame: InterruptionFrame) -> None:
        models_own, self._models_own = self._models_own, False
        if not models_own:
            await self._cancel()
        await self.push_frame(frame)

    async def _came_back(self, frame: Frame) -> None:
        if isinstance(frame, TranscriptionFrame | InterimTranscriptionFrame):
            await self.push_frame(self._whole(frame), FrameDirection.UPSTREAM)
            return
        if isinstance(frame, ProposedUserStartedSpeakingFrame):
            self._models_own = True
        await self.push_frame(frame, FrameDirection.UPSTREAM)
        if isinstance(frame, ProposedUserStoppedSpeakingFrame):
            self._floor.thinks()
            await self.push_frame(UserTurnHeardFrame())
        elif isinstance(frame, ErrorFrame):
            self._floor.thought()

    async def _ask(self, frame: AskModelFrame) -> None:
        self._floor.thinks()
        messages: list[Any] = list(frame.messages)
        if not self._has_context:
            self._has_context = True
            self._context.add_messages(messages)
            await self.push_frame(LLMContextFrame(context=self._context))
            return
        messages = messages or [{"role": "developer", "content": _GO_ON}]
        await self.push_frame(LLMMessagesAppendFrame(messages=messages, run_llm=True))

    def _whole(
        self, frame: TranscriptionFrame | InterimTranscriptionFrame
    ) -> TranscriptionFrame | InterimTranscriptionFrame:
        """Copy a transcript, so that an interim one has all words so far and not the latest."""
        text = frame.text
        if isinstance(frame, InterimTranscriptionFrame):
            item = getattr(frame.result, "item_id", None)
            if hasattr(frame.result, "delta"):
                self._words = text if item != self._item else self._words + text
                self._item, text = item, self._words
        copy = type(frame)(
            text, frame.user_id, frame.timestamp, language=frame.language, result=frame.result
        )
        copy.interruptible = False
        return copy


def write_turns_at_once(user: LLMUserAggregator) -> None:
    """Have a turn written to the context with its last word.

    Pipecat waits with it until the answer has ended, as further words might come; by then tools
    that the answer called stand before the question that they were called for.
    """

    @user.event_handler("on_after_process_frame")
    async def processed(aggregator: LLMUserAggregator, frame: Frame) -> None:
        if isinstance(frame, TranscriptionFrame):
            await aggregator.push_aggregation()

    del processed
