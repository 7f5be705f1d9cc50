"""What an application does in a running call: have the bot speak, type to it, cut it off."""

from __future__ import annotations

from typing import Any

from pipecat.frames.frames import (
    Frame,
    InterruptionWorkerFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection

from bot.config import BotConfig
from bot.pipeline import CallPipeline
from bot.realtime import NoVoiceError
from processors.frames import TypedTextFrame


class Conversation:
    """The part of a call that an embedder talks to; before and after the call it does nothing."""

    config: BotConfig
    _parts: CallPipeline
    _worker: PipelineWorker | None = None

    async def say(
        self, text: str, *, allow_interruptions: bool = True, add_to_context: bool = True
    ) -> None:
        """Speak `text` as it stands, after what is being said.

        Args:
            text: What to say.
            allow_interruptions: Whether the user may cut it; what is said over it then is no turn.
            add_to_context: Whether the LLM, and with it the log, learns that it was said.

        Raises:
            NoVoiceError: The bot is a realtime model.
        """
        if self.config.realtime is not None:
            raise NoVoiceError
        frame = TTSSpeakFrame(text, append_to_context=add_to_context)
        frame.interruptible = allow_interruptions
        await self._queue(frame)

    async def generate_reply(self, instructions: str | None = None) -> None:
        """Have the LLM speak, on the conversation so far or on these instructions.

        What the bot is about is finished first, since the LLM is to know of it.
        """
        await self._parts.floor.free()
        if instructions is None:
            await self._queue(LLMRunFrame())
            return
        message: Any = {"role": "developer", "content": instructions}
        await self._queue(LLMMessagesAppendFrame(messages=[message], run_llm=True))

    async def send_text(self, text: str) -> None:
        """Take `text` as typed by the user: it cuts the bot and is answered."""
        await self._queue(TypedTextFrame(text=text))

    async def interrupt(self) -> bool:
        """Cut off whatever the bot is saying or about to say.

        Returns:
            Whether it was cut; false if it may not be.
        """
        if self._worker is None or not self._parts.floor.interruptible:
            return False
        self._parts.floor.interrupting()
        await self._worker.queue_frame(InterruptionWorkerFrame(), FrameDirection.UPSTREAM)
        return True

    async def _queue(self, frame: Frame) -> None:
        if self._worker is not None:
            await self._worker.queue_frame(frame)
