"""The gate between the end of a user's turn and the LLM: the turn's hook runs here.

LiveKit lets the application look at a turn before it is answered (`on_user_turn_completed`), change
the context, or refuse the turn; Pipecat has no such place. This processor is it, and the one that
measures the hook (the report's `on_user_turn_completed_delay`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import UserTurnCompletedFrame

UserTurnHook = Callable[[LLMContext, str], Awaitable[None]]


class RefuseTurn(Exception):  # noqa: N818 - the name says what raising it does
    """Raised by a hook to leave the user's turn unanswered and out of the context."""


class UserTurnGate(FrameProcessor):
    """Runs the hook of each user turn and hands the turn on.

    Args:
        hook: Called with the LLM's context (the turn is in it already) and the turn's text.
        timeout: Seconds after which a hook that hangs is abandoned and the turn goes on.
        clock: Monotonic clock in seconds, for the hook's delay.
    """

    def __init__(
        self,
        hook: UserTurnHook | None = None,
        *,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        self._hook = hook
        self._timeout = timeout
        self._clock = clock
        self._text: str | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hold the context frame that ends a user's turn until the hook has run."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            if isinstance(frame, LLMContextUserTurnFrame):
                self._text = frame.text
            elif isinstance(frame, InterruptionFrame):
                self._text = None
            elif isinstance(frame, LLMContextFrame) and self._text is not None:
                text, self._text = self._text, None
                if not await self._complete(frame.context, text):
                    return
        await self.push_frame(frame, direction)

    async def _complete(self, context: LLMContext, text: str) -> bool:
        started = self._clock()
        accepted = True
        if self._hook is not None:
            accepted = await self._run_hook(self._hook, context, text)
        elapsed = self._clock() - started
        await self.push_frame(UserTurnCompletedFrame(hook_seconds=elapsed, refused=not accepted))
        return accepted

    async def _run_hook(self, hook: UserTurnHook, context: LLMContext, text: str) -> bool:
        try:
            await asyncio.wait_for(hook(context, text), self._timeout)
        except RefuseTurn:
            _forget_turn(context, text)
            return False
        except TimeoutError:
            logger.error(
                f"hooks.on_user_turn_completed did not return within {self._timeout} s; "
                "the turn is answered without it"
            )
        except Exception as error:  # noqa: BLE001 - a broken hook must not end the call
            logger.error(
                f"hooks.on_user_turn_completed failed ({error!r}); the turn is answered without it"
            )
        return True


def _forget_turn(context: LLMContext, text: str) -> None:
    messages = list(context.get_messages())
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if isinstance(message, dict) and message.get("role") == "user":
            if message.get("content") == text:
                del messages[index]
                context.set_messages(messages)
            return
