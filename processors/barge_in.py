"""When the user's turn begins, and with it an interruption of the bot.

Pipecat's own strategy starts a turn at the first sound, which cuts the bot off for a cough. Here
the bot is cut only by speech that lasts `min_interruption_duration` or gives words; while the bot
is silent and idle, a turn still begins at once. A shorter noise without words changes nothing.
"""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import BaseUserTurnStartStrategy


class BargeInUserTurnStartStrategy(BaseUserTurnStartStrategy):
    """Starts the user's turn, at once or after the bot has been talked over long enough.

    Args:
        min_duration: Seconds of speech that cut the bot without words. The VAD's own activation
            window counts, as in LiveKit.
    """

    def __init__(self, *, min_duration: float) -> None:
        super().__init__()
        self._min_duration = min_duration
        self._bot_speaking = False
        self._reply_pending = False
        self._timer: asyncio.Task[None] | None = None

    async def cleanup(self) -> None:
        """Stop the timer of a speech that did not last."""
        await super().cleanup()
        await self._stop_timer()

    async def handle_user_turn_started(self) -> None:
        """Whatever the bot was about to say has been called off."""
        self._reply_pending = False
        await self._stop_timer()

    async def handle_user_turn_stopped(self) -> None:
        """From here on the bot thinks, which is as much worth protecting as its speech."""
        self._reply_pending = True

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Decide on one frame; see `BaseUserTurnStartStrategy`."""
        if isinstance(frame, BotStartedSpeakingFrame):
            self._bot_speaking, self._reply_pending = True, False
        elif isinstance(frame, BotStoppedSpeakingFrame):
            self._bot_speaking = False
        elif isinstance(frame, VADUserStartedSpeakingFrame):
            return await self._speech_started(frame)
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            await self._stop_timer()
        elif _has_words(frame):
            return await self._start()
        return ProcessFrameResult.CONTINUE

    async def _speech_started(self, frame: VADUserStartedSpeakingFrame) -> ProcessFrameResult:
        if not (self._bot_speaking or self._reply_pending):
            return await self._start()
        await self._stop_timer()
        remaining = self._min_duration - frame.start_secs
        if remaining <= 0:
            return await self._start()
        self._timer = self.create_task(self._start_after(remaining), "barge_in")
        return ProcessFrameResult.CONTINUE

    async def _start_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        # The turn's start stops the timer, which is this task and must not end itself.
        self._timer = None
        await self._start()

    async def _start(self) -> ProcessFrameResult:
        await self.trigger_user_turn_started()
        return ProcessFrameResult.STOP

    async def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            await self.cancel_task(timer)


def _has_words(frame: Frame) -> bool:
    if isinstance(frame, InterimTranscriptionFrame | TranscriptionFrame):
        return bool(frame.text.strip())
    return False
