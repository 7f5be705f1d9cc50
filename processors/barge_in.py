"""When the user's turn begins, and what becomes of the bot's reply when it does.

Pipecat's own strategy starts a turn at the first sound, which cuts the bot off for a cough. Here
sound must last `min_interruption_duration`, or give words, before the bot even pauses; and it is
cut for good only by words. The rules are LiveKit's (the session report's options; specification,
section 5). While the bot is idle, a turn begins at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Protocol

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InterruptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import BaseUserTurnStartStrategy

from processors.false_interruption import FalseInterruptionTimer
from processors.floor import Floor
from processors.frames import FalseInterruptionFrame, UserTurnDroppedFrame
from processors.running_transcript import RunningTranscript


class Verdict(Enum):
    """What becomes of the words of a turn whose end is due.

    ANSWER: they are a turn. KEEP: too few to take the floor from the bot, they begin the next
    turn's text. DROP: they were said over a speech that may not be cut.
    """

    ANSWER = "answer"
    KEEP = "keep"
    DROP = "drop"


class Pausable(Protocol):
    """The bot's voice."""

    async def pause(self) -> None:
        """Hold it."""
        ...

    async def resume(self) -> None:
        """Let it go on."""
        ...

    async def push_frame(self, frame: Frame) -> None:
        """Send a frame from where the voice is: in order with its pauses, behind no queue."""
        ...


class BargeInUserTurnStartStrategy(BaseUserTurnStartStrategy):
    """Starts the user's turn, at once or after the bot has been talked over.

    Args:
        floor: What the bot is about.
        playback: The bot's voice.
        transcript: What the user has said; filled here, read by whoever ends the turn.
        min_duration: Seconds of speech that stop the bot without words. The VAD's own activation
            window counts, as in LiveKit.
        min_words: Words that it takes to stop the bot, whatever the duration; 0 for none.
        resume: Whether a reply that was stopped by no words goes on.
        timeout: Seconds from the end of such speech until it counts as no interruption; None
            means that it always counts as one.
        sound: Returns when the user makes a sound: a VAD's "speaking" outlasts it for a while.
        clock: Wall clock in epoch seconds, the one that stamps Pipecat's VAD frames.
    """

    def __init__(
        self,
        floor: Floor,
        playback: Pausable,
        transcript: RunningTranscript,
        *,
        min_duration: float,
        min_words: int = 0,
        resume: bool = True,
        timeout: float | None = 2.0,
        sound: Callable[[], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._floor = floor
        self._playback = playback
        self._transcript = transcript
        self._min_duration = min_duration
        self._min_words = min_words
        self._pauses = resume and timeout is not None
        self._sound = sound
        self._clock = clock
        self._turn_open = False
        self._held = False
        # Interruptions that were sent from here and come by on their way.
        self._own_cuts = 0
        self._onset: float | None = None
        self._lasting: asyncio.Task[None] | None = None
        self._false = FalseInterruptionTimer(timeout, self._was_false, self.create_task)
        floor.listen(self._wait_for_duration)

    async def cleanup(self) -> None:
        """Stop the timers."""
        await super().cleanup()
        self._stop_lasting()
        self._false.stop()

    async def handle_user_turn_started(self) -> None:
        """Whatever the bot was about to say has been called off."""
        self._turn_open, self._held = True, False
        self._stop_lasting()

    async def handle_user_turn_stopped(self) -> None:
        """The words belong to the turn that has ended."""
        self._turn_open = False
        self._transcript.clear()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Decide on one frame; see `BaseUserTurnStartStrategy`."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            await self._speech_started(frame)
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._speech_stopped()
        elif isinstance(frame, BotStartedSpeakingFrame):
            # One speech follows another: this one may be what the user talks over.
            self._wait_for_duration()
        elif isinstance(frame, InterruptionFrame):
            self._called_off()
        elif self._transcript.take(frame):
            await self._words_came(final=isinstance(frame, TranscriptionFrame))
        if isinstance(frame, TranscriptionFrame):
            self._floor.words_arrive()
        return ProcessFrameResult.CONTINUE

    async def admit(self) -> Verdict:
        """The end of the turn is due: tell what is to become of its words.

        When they are to be answered, the turn is open when this returns, and what was heard of a
        reply that it cut is in the context. Must not be awaited where frames are processed: the
        interruption that it waits for goes the same way.
        """
        if self._floor.busy:
            if not self._floor.interruptible:
                await self._drop()
                return Verdict.DROP
            if not self._turn_open and self._transcript.words < self._min_words:
                return Verdict.KEEP
            await self._cut()
        else:
            await self._open_turn()
        await self._floor.settled()
        return Verdict.ANSWER

    async def _speech_started(self, frame: VADUserStartedSpeakingFrame) -> None:
        self._onset = frame.timestamp - frame.start_secs
        self._false.stop()
        if not self._floor.busy:
            await self._open_turn()
        self._wait_for_duration()

    def _speech_stopped(self) -> None:
        self._onset = None
        self._stop_lasting()
        self._false.speech_stopped()

    async def _words_came(self, *, final: bool) -> None:
        if not self._floor.busy:
            if final:
                self._false.forget()
            await self._open_turn()
        elif self._may_stop_bot():
            await self._stopped_by_words(final=final)

    async def _stopped_by_words(self, *, final: bool) -> None:
        if final and (self._held or not self._pauses):
            await self._cut()
            return
        await self._stop_bot()
        if final:
            # Words there are: what remains is that the turn ends.
            self._false.forget()
        elif self._onset is None:
            self._false.speech_stopped()

    def _may_stop_bot(self) -> bool:
        floor = self._floor
        return floor.busy and floor.interruptible and self._transcript.words >= self._min_words

    def _wait_for_duration(self) -> None:
        """Have the bot stopped as soon as the running speech has lasted long enough."""
        self._stop_lasting()
        if self._onset is None or not self._floor.busy:
            return
        remaining = self._onset + self._min_duration - self._clock()
        self._lasting = self.create_task(self._stop_after(remaining), "barge_in")

    async def _stop_after(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
        if self._sound is not None:
            # Of a shorter sound the VAD may still hold the end; if it goes on, it has lasted.
            await self._sound()
        # What follows may stop the timer, which is this task and must not end itself.
        self._lasting = None
        if self._may_stop_bot():
            await self._stop_bot()

    async def _stop_bot(self) -> None:
        """Pause the bot, or cut it where there is no going on."""
        if self._held:
            return
        if self._pauses:
            self._held = True
            await self._playback.pause()
            self._false.watch(resumes=True)
        else:
            await self._cut()
            self._false.watch(resumes=False)

    async def _open_turn(self) -> None:
        """Begin the turn, unless it has begun; an interruption goes with it, if only for form.

        Until that is through, no reply is begun early: it would be called off with the rest.
        """
        if not self._turn_open:
            self._floor.interrupting()
            await self.trigger_user_turn_started()

    async def _cut(self) -> None:
        """Take the floor for good."""
        self._false.forget()
        self._held = False
        self._floor.interrupting()
        if self._turn_open:
            self._own_cuts += 1
            await self.broadcast_frame(InterruptionFrame)
        else:
            await self.trigger_user_turn_started()

    async def _was_false(self, resumes: bool) -> None:
        if self._floor.words_under_way:
            # The turn model is at work, and keeps words from here that have been understood.
            await self._floor.words_arrived()
            if self._onset is not None:
                self._false.watch(resumes=resumes)
            if self._onset is not None or not resumes:
                return
        if not resumes:
            await self._playback.push_frame(FalseInterruptionFrame(resumed=False))
        elif self._held:
            self._held = False
            awaited = self._floor.busy
            await self._playback.resume()
            if awaited:
                await self._playback.push_frame(FalseInterruptionFrame(resumed=True))

    async def _drop(self) -> None:
        self._transcript.clear()
        await self.trigger_reset_aggregation()
        await self._playback.push_frame(UserTurnDroppedFrame())

    def _called_off(self) -> None:
        if self._own_cuts:
            self._own_cuts -= 1
            return
        self._held = False
        self._stop_lasting()
        self._false.forget()

    def _stop_lasting(self) -> None:
        timer, self._lasting = self._lasting, None
        if timer is not None:
            timer.cancel()
