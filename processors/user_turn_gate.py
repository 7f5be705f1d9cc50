"""The gate between the end of a user's turn and the LLM: the turn's hook runs here.

LiveKit lets the application look at a turn before it is answered (`on_user_turn_completed`), change
the context, or refuse the turn; Pipecat has no such place. This processor is it, and the one that
measures the hook (the report's `on_user_turn_completed_delay`). A reply that the LLM has begun
before the end of the turn is let out here too, if the hook leaves it valid.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from loguru import logger
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from eventlog.signals import ErrorSource
from processors.failures import source_of
from processors.floor import Floor
from processors.frames import UserTurnCompletedFrame
from processors.patience import OverdueError, call, within
from processors.preemption import Preemption

_VOICE = (ErrorSource.TTS, ErrorSource.TRANSPORT)

UserTurnHook = Callable[[LLMContext, str], Awaitable[None] | None]


class RefuseTurn(Exception):  # noqa: N818 - the name says what raising it does
    """Raised by a hook to leave the user's turn unanswered and out of the context."""


class UserTurnGate(FrameProcessor):
    """Runs the hook of each user turn and hands the turn on.

    Args:
        hook: Called with the LLM's context (the turn is in it already) and the turn's text.
        floor: Where it is noted that the LLM is asked.
        preemption: The reply that may have been begun before the end of the turn.
        timeout: Seconds after which a hook that hangs is abandoned and the turn goes on.
        clock: Monotonic clock in seconds, for the hook's delay.
    """

    def __init__(
        self,
        hook: UserTurnHook | None = None,
        *,
        floor: Floor | None = None,
        preemption: Preemption | None = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        self._hook = hook
        self._floor = floor or Floor()
        self._preemption = preemption
        self._timeout = timeout
        self._clock = clock
        self._text: str | None = None
        # The end of turn that would let out the LLM's early reply, until the hook has run.
        self._turn_end: Frame | None = None
        self._let_out = False
        # Whether another request has taken the place of the early reply to the turn that has ended.
        self._overtaken = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hold the frame that has a user's turn answered until the hook has run."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            await self._came_back(frame)
        elif isinstance(frame, InterruptionFrame):
            await self._interrupted(frame)
        elif isinstance(frame, UserStoppedSpeakingFrame) and self._confirmed:
            self._turn_end = frame
        elif isinstance(frame, LLMContextUserTurnFrame):
            await self._turn_ended(frame)
        elif isinstance(frame, LLMContextFrame):
            await self._asked(frame)
        else:
            if isinstance(frame, TTSSpeakFrame):
                self._floor.say_requested(interruptible=frame.interruptible)
            await self.push_frame(frame, direction)

    @property
    def _confirmed(self) -> bool:
        return self._preemption is not None and self._preemption.confirmed

    async def _turn_ended(self, frame: LLMContextUserTurnFrame) -> None:
        await self.push_frame(frame)
        if self._floor.closed:
            return
        self._floor.thinks()
        if self._preemption is not None and self._preemption.confirmed:
            await self._settle_early_reply(self._preemption, frame.text)
        elif self._preemption is not None and self._overtaken:
            self._overtaken = False
            context = self._preemption.context
            if await self._complete(context, frame.text):
                await self.push_frame(LLMContextFrame(context=context))
        else:
            self._text = frame.text

    async def _asked(self, frame: LLMContextFrame) -> None:
        if self._floor.closed:
            return
        if frame.speculation:
            self._let_out = False
            if self._preemption is not None:
                self._preemption.asked(frame.context)
        elif self._text is not None:
            text, self._text = self._text, None
            if not await self._complete(frame.context, text):
                return
        else:
            self._floor.thinks()
        if not frame.speculation and self._preemption is not None:
            # What is answered now takes the place of a reply that was begun early.
            self._overtaken = self._preemption.confirmed
            self._preemption.cancel()
        await self.push_frame(frame)

    async def _complete(self, context: LLMContext, text: str) -> bool:
        accepted, elapsed = await self._run_hook(context, text)
        if not accepted:
            self._floor.thought()
        await self.push_frame(UserTurnCompletedFrame(hook_seconds=elapsed, refused=not accepted))
        return accepted

    async def _settle_early_reply(self, preemption: Preemption, text: str) -> None:
        """Let the reply out that was begun before the turn's end, or have it given anew."""
        accepted, elapsed = await self._run_hook(preemption.context, text)
        fits = preemption.settle() and accepted
        if not fits:
            await self.push_frame(EagerEndOfTurnCancelFrame())
        await self.push_frame(
            UserTurnCompletedFrame(hook_seconds=elapsed, refused=not accepted, preempted=fits)
        )
        self._let_out = fits
        await self._end_turn()
        if not accepted:
            self._floor.thought()
        elif not fits:
            await self.push_frame(LLMContextFrame(context=preemption.context))

    async def _end_turn(self) -> None:
        frame, self._turn_end = self._turn_end, None
        if frame is not None:
            await self.push_frame(frame)

    async def _interrupted(self, frame: Frame) -> None:
        # The end of a turn that is called off would let out the reply to the next one.
        self._text = self._turn_end = None
        self._let_out = self._overtaken = False
        if self._preemption is not None:
            self._preemption.cancel()
        await self.push_frame(frame)

    async def _came_back(self, frame: Frame) -> None:
        if isinstance(frame, ErrorFrame):
            # What the voice or the output fails at is not what the LLM thinks of.
            if frame.processor is None or source_of(frame.processor) not in _VOICE:
                self._floor.thought()
        elif isinstance(frame, EagerEndOfTurnCancelFrame) and self._preemption is not None:
            # The LLM wants a tool, which it may use only once the turn is certain.
            self._preemption.refused()
            if self._let_out:
                # It had not learnt yet that it is: the turn is still to be answered.
                self._let_out = False
                await self.push_frame(LLMContextFrame(context=self._preemption.context))

    async def _run_hook(self, context: LLMContext, text: str) -> tuple[bool, float]:
        """Run the hook and return whether the turn may be answered, and the seconds it took."""
        started = self._clock()
        accepted = True
        if self._hook is not None:
            accepted = await self._accepts(self._hook, context, text)
        return accepted, self._clock() - started

    async def _accepts(self, hook: UserTurnHook, context: LLMContext, text: str) -> bool:
        try:
            await within(self._timeout, call(hook, context, text))
        except RefuseTurn:
            _forget_turn(context, text)
            return False
        except OverdueError:
            logger.error(
                f"hooks.on_user_turn_completed did not return within {self._timeout:g} s; "
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
