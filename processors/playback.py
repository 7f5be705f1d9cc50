"""The bot's voice, which can be paused: audio and text leave here as they are heard.

A text-to-speech service is faster than speech, and Pipecat's output keeps what it has made in a
queue that can be emptied but not halted. This processor stands before the output and lets go of a
reply only just ahead of its playing, so that it can pause on any transport, lose nothing, and know
what was heard: the words whose audio it has let go of.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallResultFrame,
    InterruptionFrame,
    LLMAssistantPushAggregationFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    OutputAudioRawFrame,
    StartFrame,
    StopFrame,
    SystemFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.audio_pieces import Pieces, seconds_of
from processors.floor import Floor
from processors.floor_notes import note, note_result
from processors.frames import (
    PlaybackPausedFrame,
    PlaybackResumedFrame,
    SpeechBrokeOffFrame,
)
from processors.output_order import CUTS
from processors.pace import Pace
from processors.speech_bounds import SpeechBounds
from processors.spoken_frames import context_of, receive, text_before
from processors.spoken_text import SpokenText
from processors.unfinished import Unfinished, UnfinishedSpeech
from processors.voice_queue import VoiceQueue, Waiting


class PausablePlayback(FrameProcessor):
    """Releases audio in real time, and the text that belongs to it.

    Args:
        floor: Where the bot's doings are noted.
        speech_gap: Seconds between the end of one speech and the beginning of the next
            (the report's `min_consecutive_speech_delay`).
        clock: Monotonic clock in seconds.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        floor: Floor,
        *,
        speech_gap: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        # Frames wait in its own queue, so they need not wait in another before it.
        super().__init__(enable_direct_mode=True)
        self._floor = floor
        self._sleep = sleep
        self._pace = Pace(clock, speech_gap)
        self._speech = SpeechBounds(floor)
        self._pieces = Pieces()
        self._queue = VoiceQueue()
        self._text = SpokenText()
        self._unfinished = UnfinishedSpeech(self._text)
        self._wake = asyncio.Event()
        self._paused = False
        self._cuts = 0
        self._cutting = False
        self._context = ""
        self._task: asyncio.Task[None] | None = None
        floor.playback = self

    @property
    def sounding(self) -> bool:
        """Whether audio is being heard, or waits to be.

        A voice slower than speech leaves gaps, in which what may not be cut is not over.
        """
        heard = self._queue.audio is not None or self._pace.sounding
        return heard or self._text.uncuttable_begun

    @property
    def interruptible(self) -> bool:
        """Whether what is being heard, or is heard next, may be cut."""
        if self._pace.sounding:
            return self._pace.cuttable
        audio = self._queue.audio
        if audio is None:
            return not self._text.uncuttable_begun
        return audio.interruptible

    @property
    def quiet_since(self) -> float:
        """When the audio let go of so far has been heard (the clock's seconds)."""
        return self._pace.heard_at

    @property
    def paused(self) -> bool:
        """Whether the voice is held."""
        return self._paused

    async def pause(self) -> None:
        """Hold the voice: nothing more is let go of until `resume` or an interruption."""
        if not self._paused:
            self._paused = True
            lacks = self._pieces.lacks if self._queue.audio is not None else 0.0
            silent_in = self._pace.silent_in + lacks
            await self.push_frame(PlaybackPausedFrame(silent_in=silent_in))

    async def resume(self) -> None:
        """Go on with the next sample."""
        if self._paused:
            self._paused = False
            await self.push_frame(PlaybackResumedFrame())
            self._wake.set()

    async def cleanup(self) -> None:
        """Stop releasing."""
        await super().cleanup()
        await self._stop()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Queue what is to be heard in order; let everything else pass."""
        await super().process_frame(frame, direction)
        note(self._floor, frame, direction)
        if isinstance(frame, BotStoppedSpeakingFrame) and direction is FrameDirection.UPSTREAM:
            self._heard_out()
        if isinstance(frame, StartFrame):
            await self.push_frame(frame, direction)
            self._task = self.create_task(self._release(), "playback")
        elif isinstance(frame, InterruptionFrame):
            await self._pass_on_cut(frame)
        elif isinstance(frame, CancelFrame):
            await self._stop()
            await self.push_frame(frame, direction)
        elif isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
        else:
            await self._take(frame)

    def _heard_out(self) -> None:
        if self._queue.audio is None:
            self._pace.silent()
            self._floor.left()

    async def _take(self, frame: Frame) -> None:
        for speech in self._unfinished.take(frame):
            await self._break_off(speech)
        order = self._queue.arrive()
        if receive(self._text, frame, order, self.get_clock().get_time()):
            return
        if isinstance(frame, EndFrame | StopFrame):
            await self.resume()
        self._queue.add(order, frame)
        self._wake.set()

    async def _break_off(self, speech: Unfinished) -> None:
        for frame in self._unfinished.ends(speech):
            if isinstance(frame, SpeechBrokeOffFrame):
                await self.push_frame(frame, FrameDirection.UPSTREAM)
            else:
                self._queue.add(self._queue.arrive(), frame)
                self._wake.set()

    async def _wait(self) -> None:
        patience = self._unfinished.patience
        if patience is None or self._cutting or self._paused or self._queue:
            await self._wake.wait()
            return
        try:
            await asyncio.wait_for(self._wake.wait(), self._pace.silent_in + patience)
        except TimeoutError:
            for speech in self._unfinished.dry():
                await self._break_off(speech)

    async def _release(self) -> None:
        while True:
            self._wake.clear()
            if self._cutting or not self._queue or (self._paused and not self._completes_chunk):
                await self._wait()
                continue
            waiting = self._queue.first
            if not isinstance(waiting.frame, OutputAudioRawFrame):
                self._queue.leave()
                await self._release_in_order(waiting)
                continue
            delay = self._pace.delay(begins_speech=self._speech.begins)
            if delay > 0:
                await self._sleep(delay)
            else:
                await self._release_piece(waiting, waiting.frame)

    @property
    def _completes_chunk(self) -> bool:
        return self._pieces.lacks > 0 and isinstance(self._queue.first.frame, OutputAudioRawFrame)

    async def _release_piece(self, waiting: Waiting, frame: OutputAudioRawFrame) -> None:
        context_id = self._context = context_of(frame)
        self._speech.audio()
        piece = self._pieces.take(waiting, frame)
        if waiting.released >= len(frame.audio):
            self._queue.leave()
        seconds = seconds_of(piece)
        self._pace.let_go(seconds, cuttable=piece.interruptible)
        self._text.context(context_id).released += seconds
        await self._push_uncut([piece, *self._text.heard(context_id)])

    async def _release_in_order(self, waiting: Waiting) -> None:
        frame = waiting.frame
        texts = text_before(self._text, frame, waiting.order)
        if isinstance(frame, LLMFullResponseStartFrame):
            self._speech.reply_begins()
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._speech.reply_ends()
        elif isinstance(frame, TTSStoppedFrame):
            await self._push_uncut([*texts, frame, *self._speech_released(frame)])
            return
        elif isinstance(frame, FunctionCallResultFrame):
            note_result(self._floor, frame)
        await self._push_uncut([*texts, frame])

    def _speech_released(self, frame: TTSStoppedFrame) -> list[Frame]:
        context = self._text.forget(frame.context_id or "")
        self._floor.left()
        self._pieces.begin_chunk()
        self._speech.context_ends()
        if context is None or not (context.outlived_cut and context.append_to_context):
            return []
        # The reply that it was part of will not end any more, and so not commit it.
        return [_uncuttable(LLMAssistantPushAggregationFrame())]

    async def _push_uncut(self, frames: list[Frame]) -> None:
        cuts = self._cuts
        for frame in frames:
            if self._cuts != cuts and frame.interruptible:
                continue
            # The moment has come: without a time of its own the output keeps it in order.
            frame.pts = None
            frame.metadata[CUTS] = cuts
            await self.push_frame(frame)

    async def _pass_on_cut(self, frame: InterruptionFrame) -> None:
        self._cut()
        self._cutting = True
        # An interruption overtakes what waits before the output, which then would be heard after
        # it: what was let go of just now first gets to where it is swept away.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        frame.metadata[CUTS] = self._cuts
        await self.push_frame(frame)
        for context_id in self._text.outliving:
            # The aggregator took the interruption for the end of this as well, and would not
            # commit what is still to be heard of it.
            await self.push_frame(_uncuttable(TTSStartedFrame(context_id=context_id)))
        self._cutting = False
        self._wake.set()

    def _cut(self) -> None:
        self._cuts += 1
        self._queue.cut()
        self._text.cut()
        self._unfinished.cut()
        self._floor.cut()
        self._paused = False
        self._pieces.begin_chunk()
        self._speech.cut(goes_on=self._context in self._text.uncuttable)
        self._pace.cut()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            await self.cancel_task(task)


def _uncuttable(frame: Frame) -> Frame:
    frame.interruptible = False
    return frame
