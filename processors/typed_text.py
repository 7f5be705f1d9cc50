"""Typed text: a turn of the user that was not spoken.

It comes from the application (`TypedTextFrame`) or from the far side, as RTVI's `send-text`, which
Pipecat's clients have. As in LiveKit it cuts whatever the bot is saying, and is answered; the
turn's hook does not run for it.
"""

from __future__ import annotations

from typing import Any

from pipecat.frames.frames import (
    Frame,
    InputTransportMessageFrame,
    LLMMessagesAppendFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.floor import Floor
from processors.frames import TypedTextFrame, UserTurnCompletedFrame


class TypedText(FrameProcessor):
    """Stands before the user's aggregator and makes turns of typed text.

    Args:
        floor: What the bot is about.
        answers_rtvi: Whether to answer RTVI's `send-text` itself; false where Pipecat's own RTVI
            processor does, whose message is then taken over.
    """

    def __init__(self, floor: Floor, *, answers_rtvi: bool = True) -> None:
        super().__init__()
        self._floor = floor
        self._answers_rtvi = answers_rtvi

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Turn typed text into a message that the LLM answers; pass all other frames."""
        await super().process_frame(frame, direction)
        if isinstance(frame, TypedTextFrame):
            await self._answer(frame)
        elif isinstance(frame, InputTransportMessageFrame) and self._answers_rtvi:
            await self.push_frame(frame, direction)
            if direction is FrameDirection.DOWNSTREAM:
                await self._received(frame.message)
        elif (text := _appended_text(frame)) and direction is FrameDirection.DOWNSTREAM:
            # From here on it is typed text, which no interruption takes away.
            frame.interruptible = False
            await self._answer(TypedTextFrame(text=text))
        else:
            await self.push_frame(frame, direction)

    async def _received(self, message: Any) -> None:
        text = sent_text(message)
        if text and _is_urgent(message):
            # Its turn comes in the queue, since it waits for the interruption it causes.
            await self.queue_frame(TypedTextFrame(text=text))
        elif text:
            # It is only to be known: it neither cuts the bot nor is it answered.
            await self.push_frame(LLMMessagesAppendFrame(messages=[_as_message(text)]))

    async def _answer(self, frame: TypedTextFrame) -> None:
        if not frame.text.strip():
            return
        await self.push_frame(TypedTextFrame(text=frame.text))
        if self._floor.busy and self._floor.interruptible:
            self._floor.interrupting()
            await self.broadcast_interruption()
        await self._floor.settled()
        await self.push_frame(UserTurnCompletedFrame())
        self._floor.asks()
        await self.push_frame(
            LLMMessagesAppendFrame(messages=[_as_message(frame.text)], run_llm=True)
        )
        # Another text must find the bot thinking of this one, to cut that.
        await self._floor.asked()


def sent_text(message: Any) -> str:
    """Return the text of an RTVI `send-text` message, "" if it is none."""
    match message:
        case {"label": "rtvi-ai", "type": "send-text", "data": {"content": str(text)}}:
            return text
        case _:
            return ""


def _is_urgent(message: Any) -> bool:
    match message:
        case {"data": {"options": {"run_immediately": False}}}:
            return False
        case _:
            return True


def _as_message(text: str) -> Any:
    return {"role": "user", "content": text}


def _appended_text(frame: Frame) -> str:
    """Return the text of a user's message that is to be answered at once, as RTVI appends it."""
    if not isinstance(frame, LLMMessagesAppendFrame) or not frame.run_llm:
        return ""
    match frame.messages:
        case [{"role": "user", "content": str(text)}]:
            return text
        case _:
            return ""
