"""Everything that takes turns, wired as in a call, between a scripted caller and scripted services.

The pipeline is the one of `bot.pipeline` without transports: what leaves the playback counts as
heard. It runs on a timeless loop, so every moment of a conversation is exact.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pipecat.frames.frames import (
    InterimTranscriptionFrame,
    LLMContextAssistantTurnFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.metrics import frame_processor_metrics
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from processors.barge_in import BargeInUserTurnStartStrategy
from processors.endpointing import EndpointingUserTurnStopStrategy
from processors.floor import Floor
from processors.frames import TypedTextFrame
from processors.listening import Listening
from processors.observer import CallObserver
from processors.pipeline_end import PipelineEnd
from processors.playback import PausablePlayback
from processors.preemption import Preemption
from processors.running_transcript import RunningTranscript
from processors.typed_text import TypedText
from processors.user_turn_gate import UserTurnGate
from tests.processors.stage import Stage, nap
from tests.processors.timeless import WALL, now, until, wall
from tests.scripted import llm, script, tts
from tests.scripted.audio_code import runs
from tests.scripted.llm import ScriptedLLM
from tests.scripted.tts import ScriptedTTS

VAD_SECS = 0.2


@pytest.fixture
def timeless_services(monkeypatch):
    """The scripted services live in the time of the loop, and so does what they measure."""
    time = SimpleNamespace(monotonic=now, time=wall)
    for module in (llm, script, tts, frame_processor_metrics):
        monkeypatch.setattr(module, "time", time)


def _refuse(part, detail):
    raise AssertionError(f"{part}: {detail}")


class _FirstPushes:
    """Tells an observer of the first push of each frame, as a pipeline does."""

    def __init__(self, observer):
        self._observer, self._pushed = observer, set()

    async def on_push_frame(self, data):
        if data.frame.id not in self._pushed:
            self._pushed.add(data.frame.id)
            await self._observer.on_push_frame(data)

    async def on_process_frame(self, data):
        pass


class Conversation(Stage):
    """A caller and a bot.

    Args:
        answers: What the LLM answers, in order or by input; each takes `thinks` seconds.
        hook: The hook of the user's turns.
        early: Whether replies are begun at the final transcript.
        word_times: Whether the voice times its words.
        barge_in: Further options of the strategy that starts turns.
    """

    def __init__(
        self, *answers, hook=None, early=False, word_times=True, floor=None, thinks=0.4, **barge_in
    ):
        self.floor = Floor(clock=now, **(floor or {}))
        self.context = LLMContext()
        self.playback = PausablePlayback(self.floor, clock=now, sleep=nap)
        transcript = RunningTranscript()
        preemption = Preemption(self.floor, transcript, self.context) if early else None
        start = BargeInUserTurnStartStrategy(
            self.floor, self.playback, transcript, **{"min_duration": 0.5, "clock": wall} | barge_in
        )
        stop = EndpointingUserTurnStopStrategy(
            min_delay=0.5, max_delay=3.0, barge_in=start, preemption=preemption, clock=wall
        )
        params = LLMUserAggregatorParams(
            user_turn_strategies=UserTurnStrategies(start=[start], stop=[stop]),
            empty_user_turn=None,
        )
        self.user, assistant = LLMContextAggregatorPair(self.context, user_params=params)
        timed = [{"ttft": thinks, "duration": thinks} | answer for answer in answers]
        self.llm = ScriptedLLM(timed)
        self.tts = ScriptedTTS(
            ttfb=0.1, duration=0.1, seconds_per_character=0.1, word_times=word_times
        )
        self.signals = []
        self.observer = _FirstPushes(CallObserver(self.signals.append, _refuse, clock=wall))
        super().__init__(
            Listening(self.floor),
            TypedText(self.floor),
            self.user,
            UserTurnGate(hook, floor=self.floor, preemption=preemption),
            self.llm,
            self.tts,
            self.playback,
            assistant,
            PipelineEnd(self.floor),
        )

    async def user_starts(self, at):
        """The VAD declares speech at `at`."""
        await until(at)
        await self._vad(VADUserStartedSpeakingFrame, start_secs=VAD_SECS, timestamp=wall())

    async def user_stops(self, at):
        await until(at)
        await self._vad(VADUserStoppedSpeakingFrame, stop_secs=VAD_SECS, timestamp=wall())

    async def _vad(self, kind, **fields):
        # As the user's aggregator spreads what its VAD finds.
        await self.user.queue_frame(kind(**fields))
        await self.user.push_frame(kind(**fields), FrameDirection.UPSTREAM)

    async def words(self, at, text, *, final=True):
        kind = TranscriptionFrame if final else InterimTranscriptionFrame
        await self.sends(kind(text=text, user_id="", timestamp=""), at=at)

    async def user_says(self, at, text, seconds=1.0):
        """Speech that the VAD declares at `at`, whose words are final when it stops."""
        await self.user_starts(at)
        await self.user_stops(at + seconds)
        await self.words(at + seconds, text)

    async def types(self, at, text):
        await self.sends(TypedTextFrame(text=text), at=at)

    async def says(self, text, *, at=None, cut=True):
        """The application has the bot say something."""
        frame = TTSSpeakFrame(text)
        frame.interruptible = cut
        await self.sends(frame, at=at)

    @property
    def log(self):
        """The conversation as the context has it."""
        return [f"{m['role']}: {m.get('content')}" for m in self.context.get_messages()]

    @property
    def asked(self):
        """How often the LLM was asked, its early requests and those it gave up included."""
        return len(self.llm.requests)

    @property
    def heard(self):
        """The seconds of each unbroken run of the bot's audio."""
        pcm = b"".join(getattr(f, "audio", b"") for f in self.down.all())
        return [round(len(run) / self.tts.sample_rate, 2) for run in runs(pcm)]

    def signalled(self, *kinds):
        """When the log was told of these kinds of facts, in seconds of the test."""
        return [round(s.at - WALL, 3) for s in self.signals if isinstance(s, kinds)]

    @property
    def said(self):
        """What the bot's turns were, as they were written to the context."""
        return [frame.text for frame in self.down.all(LLMContextAssistantTurnFrame)]

    def audio_times(self):
        return [h.at for h in self.down.heard if getattr(h.frame, "audio", b"")]
