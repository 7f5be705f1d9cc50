"""When the user's turn ends.

The rule is LiveKit's: the turn ends `min_endpointing_delay` after the true end of speech, or
`max_endpointing_delay` after it while the turn model thinks that the user will go on, and never
before the words are in. The model is asked when the VAD declares silence, and once more at the end
of the shorter delay. Pipecat's strategies have one of the two delays each.

The LLM may be asked before that, at the final transcript (`preemptive_generation`): its reply is
kept if these are still the words when the turn ends. An STT that finds the ends of turns itself may
say earlier what it expects the final transcript to be (Deepgram Flux, Cartesia Turns); then the LLM
is asked with that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer, EndOfTurnState
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    MetricsFrame,
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import BaseUserTurnStopStrategy

from processors.barge_in import BargeInUserTurnStartStrategy, Verdict
from processors.preemption import Preemption


class EndpointingUserTurnStopStrategy(BaseUserTurnStopStrategy):
    """Ends the user's turn by silence, words and, if there is one, a turn model.

    Args:
        min_delay: Seconds from the true end of speech to the earliest end of turn.
        max_delay: Seconds from the true end of speech while the model expects more.
        barge_in: The strategy that starts turns, which has a word in ending them: what was said
            over the bot may be no turn.
        preemption: Asks the LLM before the end of the turn; without one it is asked after.
        detector: The turn model; without one, every pause counts as an end.
        clock: Wall clock in epoch seconds, the one that stamps Pipecat's VAD frames.
    """

    def __init__(
        self,
        *,
        min_delay: float,
        max_delay: float,
        barge_in: BargeInUserTurnStartStrategy | None = None,
        preemption: Preemption | None = None,
        detector: BaseTurnAnalyzer | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._min_delay = min_delay
        self._max_delay = max_delay
        self._barge_in = barge_in
        self._preemption = preemption
        self._detector = detector
        self._clock = clock
        self._speaking = False
        self._has_final = False
        self._final_covers_speech = False
        self._final_due = 0.0
        self._expects_more = False
        self._looked_again = False
        self._stopped_at: float | None = None
        self._timer: asyncio.Task[None] | None = None

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Tell the turn model the rate of the audio (Hz)."""
        await super().setup(setup)
        if self._detector is not None:
            self._detector.set_sample_rate(setup.audio_in_sample_rate)

    async def cleanup(self) -> None:
        """Stop the timer and release the turn model."""
        await super().cleanup()
        await self._stop_timer()
        if self._detector is not None:
            await self._detector.cleanup()

    async def handle_user_turn_started(self) -> None:
        """Words from before this turn, kept for it, do not end it: it waits for its own."""
        self._has_final = self._final_covers_speech = False

    async def handle_user_turn_stopped(self) -> None:
        """Forget the turn that has ended; what was heard belongs to it alone."""
        await self._stop_timer()
        if self._preemption is not None and self._preemption.withdraw():
            # Something else ended the turn, so nothing will confirm the reply begun for it.
            await self.trigger_user_turn_speculation_cancelled()
        self._has_final = self._final_covers_speech = self._expects_more = False
        self._stopped_at = None
        if self._detector is not None:
            self._detector.clear()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Decide on one frame; see `BaseUserTurnStopStrategy`."""
        if isinstance(frame, InputAudioRawFrame):
            if self._detector is not None:
                self._detector.append_audio(frame.audio, self._speaking)
        elif isinstance(frame, VADUserStartedSpeakingFrame):
            await self._speech_started(frame)
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            await self._speech_stopped(frame)
        elif isinstance(frame, TranscriptionFrame):
            await self._transcribed(frame)
        elif isinstance(frame, InterimTranscriptionFrame):
            # More text is on its way, so what is final so far is not the whole of it.
            self._final_covers_speech = False
        elif isinstance(frame, EagerTranscriptionFrame):
            await self._ask_early(frame.text.strip())
        elif isinstance(frame, STTMetadataFrame):
            self._final_due = frame.ttfs_p99_latency
        elif isinstance(frame, InterruptionFrame | EagerEndOfTurnCancelFrame) and self._preemption:
            self._preemption.withdraw()  # what calls a reply off reaches the LLM by itself
        return ProcessFrameResult.CONTINUE

    async def _speech_started(self, frame: VADUserStartedSpeakingFrame) -> None:
        self._speaking = True
        self._expects_more = self._final_covers_speech = False
        if self._detector is not None:
            self._detector.update_vad_start_secs(frame.start_secs)
        await self._stop_timer()

    async def _speech_stopped(self, frame: VADUserStoppedSpeakingFrame) -> None:
        self._speaking = self._looked_again = False
        self._stopped_at = frame.timestamp - frame.stop_secs
        await self._ask_model()
        await self._wait_for_end()

    async def _ask_model(self) -> None:
        if self._detector is None:
            return
        state, prediction = await self._detector.analyze_end_of_turn()
        self._expects_more = state is not EndOfTurnState.COMPLETE
        if prediction is not None:
            await self.push_frame(MetricsFrame(data=[prediction]))

    async def _transcribed(self, frame: TranscriptionFrame) -> None:
        if not frame.text.strip():
            return
        self._has_final = self._final_covers_speech = True
        if self._stopped_at is None and not self._speaking:
            # Words without speech: the VAD missed it, and now is the best end there is.
            self._stopped_at = self._clock()
        await self._ask_early()
        await self._wait_for_end()

    async def _ask_early(self, expected: str = "") -> None:
        preemption = self._preemption
        if preemption is None or preemption.answers_all:
            return
        if preemption.withdraw():
            await self.trigger_user_turn_speculation_cancelled()
        speculation = preemption.begin(expected)
        if speculation is not None:
            await self.trigger_user_turn_inference_triggered(speculation=speculation)

    async def _wait_for_end(self) -> None:
        await self._stop_timer()
        if self._speaking or not self._has_final or self._stopped_at is None:
            return
        delay = self._max_delay if self._expects_more else self._min_delay
        if not self._final_covers_speech:
            # The last words may still be with the STT: it gets the time it needs 99 times of 100.
            delay = max(delay, self._final_due)
        now = self._clock()
        remaining = self._stopped_at + delay - now
        look_again = self._stopped_at + self._min_delay - now if self._expects_more else None
        self._timer = self.create_task(self._end_after(remaining, look_again), "endpointing")

    async def _end_after(self, seconds: float, look_again: float | None) -> None:
        if look_again is not None and seconds > 0:
            # The model judged the pause when it was 0.2 s old; at the end of the shorter delay it
            # is asked once more, since by then the silence itself says something.
            began = self._clock()
            await asyncio.sleep(max(0.0, look_again))
            if not self._looked_again:
                self._looked_again = True
                await self._ask_model()
            if not self._expects_more:
                # The rest is the ordinary wait, and this task is no longer to be stopped by it.
                self._timer = None
                await self._wait_for_end()
                return
            seconds -= self._clock() - began
        await asyncio.sleep(max(0.0, seconds))
        # The end of the turn stops the timer, which is this task and must not end itself.
        self._timer = None
        await self._end()

    async def _end(self) -> None:
        verdict = Verdict.ANSWER if self._barge_in is None else await self._barge_in.admit()
        if self._speaking:
            return  # the user went on meanwhile, and so does the turn
        if verdict is not Verdict.ANSWER:
            self._has_final = self._final_covers_speech = False
            if verdict is Verdict.DROP:
                await self.trigger_user_turn_finalized()
        elif self._preemption is not None and self._preemption.confirm():
            await self.trigger_user_turn_finalized(confirms_speculation=True)
        else:
            if self._preemption is not None and self._preemption.withdraw():
                await self.trigger_user_turn_speculation_cancelled()
            await self.trigger_user_turn_stopped()

    async def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            await self.cancel_task(timer)
