"""The observer: for each frame that matters its signal, at the time of the push."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    FunctionCallCancelFrame,
    FunctionCallFromLLM,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallResultProperties,
    FunctionCallsStartedFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextAssistantTurnFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    TextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import (
    LLMTokenUsage,
    LLMUsageMetricsData,
    STTUsage,
    STTUsageMetricsData,
    TTFBMetricsData,
    TTSUsageMetricsData,
)
from pipecat.observers.base_observer import FramePushed
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transcriptions.language import Language
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.utils.errors import ErrorCategory

from eventlog.signals import (
    AssistantText,
    CallStarted,
    ErrorSource,
    Failed,
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    ParticipantJoined,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    RecordingStarted,
    ReplyDiscarded,
    ReplyRequested,
    SayRequested,
    TextReceived,
    ToolCall,
    ToolCancelled,
    ToolFinished,
    ToolsRequested,
    ToolStarted,
    Transcribed,
    TTSFirstAudio,
    Used,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnEnded,
)
from processors.failures import provider_of
from processors.floor import Floor
from processors.frames import (
    FalseInterruptionFrame,
    InterruptionSettledFrame,
    PipelineDrainedFrame,
    PlaybackPausedFrame,
    PlaybackResumedFrame,
    RecordingStartedFrame,
    TypedTextFrame,
    UserTurnCompletedFrame,
    UserTurnDroppedFrame,
)
from processors.observer import CallObserver
from processors.tool_signals import TIMED_OUT
from processors.typed_text import TypedText

UP, DOWN = FrameDirection.UPSTREAM, FrameDirection.DOWNSTREAM
WALL = 1_770_536_864.0
PIPELINE_BEGAN = WALL - 8.0


def processor(base=FrameProcessor, module="pipecat.services.openai.llm", usable=True):
    """A processor of a kind that has never been set up."""
    clock = SimpleNamespace(get_time=lambda: 8_000_000_000)
    members = {"__module__": module, "is_usable": usable, "get_clock": lambda self: clock}
    members |= dict.fromkeys(base.__dict__.get("__abstractmethods__", ()))
    return object.__new__(type("Service", (base,), members))


LLM, TTS, OTHER = processor(LLMService), processor(TTSService), processor()


class Ear:
    """An observer, and what it has made of the frames it was given."""

    def __init__(self):
        self.signals, self.lost, self.second = [], [], 8.0
        self.observer = CallObserver(
            self.signals.append, lambda *loss: self.lost.append(loss), language="en", clock=self.now
        )

    def now(self):
        return PIPELINE_BEGAN + 8.0

    async def hears(self, frame, source=OTHER, direction=DOWN, second=10.0):
        pushed = FramePushed(
            source=source,
            destination=OTHER,
            frame=frame,
            direction=direction,
            timestamp=int(second * 1e9),
        )
        await self.observer.on_push_frame(pushed)

    async def makes_of(self, *frames, source=OTHER):
        for frame in frames:
            await self.hears(frame, source)
        assert self.lost == []
        return self.signals


@pytest.fixture
def ear():
    return Ear()


AT = PIPELINE_BEGAN + 10.0


def firm(text):
    """A text whose speech may not be cut."""
    frame = TTSSpeakFrame(text)
    frame.interruptible = False
    return frame


AUDIO = {"audio": b"\0\0", "sample_rate": 16000, "num_channels": 1}
SPOKE = {"timestamp": AT - 0.5}


@pytest.mark.parametrize(
    ("frame", "signal"),
    [
        (ClientConnectedFrame(), ParticipantJoined(at=AT)),
        (
            VADUserStartedSpeakingFrame(start_secs=0.25, **SPOKE),
            UserSpeechStarted(at=AT, onset=AT - 0.75),
        ),
        (
            VADUserStoppedSpeakingFrame(stop_secs=0.25, **SPOKE),
            UserSpeechStopped(at=AT, end=AT - 0.75),
        ),
        (
            LLMContextUserTurnFrame(text="Hi.", timestamp=""),
            UserTurnEnded(at=AT, text="Hi."),
        ),
        (
            UserTurnCompletedFrame(hook_seconds=0.5, refused=True),
            UserTurnCompleted(at=AT, hook=0.5, refused=True),
        ),
        (TTSSpeakFrame("Hello."), SayRequested(at=AT, text="Hello.")),
        (
            UserTurnCompletedFrame(preempted=True),
            UserTurnCompleted(at=AT, hook=0.0, preempted=True),
        ),
        (UserTurnDroppedFrame(), UserTurnDropped(at=AT)),
        (firm("Listen."), SayRequested(at=AT, text="Listen.", interruptible=False)),
        (
            TTSSpeakFrame("Hm.", append_to_context=False),
            SayRequested(at=AT, text="Hm.", recorded=False),
        ),
        (BotStartedSpeakingFrame(), PlaybackStarted(at=AT)),
        (BotStoppedSpeakingFrame(), PlaybackStopped(at=AT)),
        (PlaybackPausedFrame(silent_in=0.25), PlaybackPaused(at=AT, silent_at=AT + 0.25)),
        (PlaybackResumedFrame(), PlaybackResumed(at=AT)),
        (FalseInterruptionFrame(resumed=True), FalseInterruption(at=AT, resumed=True)),
        (FalseInterruptionFrame(resumed=False), FalseInterruption(at=AT, resumed=False)),
        (
            LLMContextAssistantTurnFrame(text="Hello.", timestamp=""),
            AssistantText(at=AT, text="Hello."),
        ),
        (InterruptionFrame(), Interrupted(at=AT)),
        (InterruptionSettledFrame(), InterruptionSettled(at=AT)),
        (
            RecordingStartedFrame(path="/a.wav", started_at=AT - 9),
            RecordingStarted(at=AT - 9, path="/a.wav"),
        ),
        (
            FunctionCallInProgressFrame("f", "1", arguments={}),
            ToolStarted(at=AT, call_id="1"),
        ),
        (FunctionCallCancelFrame("f", "1"), ToolCancelled(at=AT, call_id="1")),
        (
            FunctionCallCancelFrame("f", "1", run_llm=True),
            ToolFinished(at=AT, call_id="1", output=TIMED_OUT, is_error=True),
        ),
        (
            FunctionCallsStartedFrame([FunctionCallFromLLM("f", "1", {"a": 1}, None)]),
            ToolsRequested(at=AT, calls=[ToolCall(call_id="1", name="f", arguments='{"a":1}')]),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_frame_is_one_signal(ear, frame, signal):
    assert await ear.makes_of(frame) == [signal]


@pytest.mark.parametrize(
    ("result", "error", "output"),
    [
        ("sunny", None, "sunny"),
        (None, None, ""),
        ({"grad": "20 °C"}, None, '{"grad": "20 °C"}'),
        ("it broke", "ValueError", "it broke"),
    ],
)
async def test_a_tools_result_is_its_text(ear, result, error, output):
    frame = FunctionCallResultFrame("f", "1", arguments={}, result=result, error=error)
    is_error = error is not None
    assert await ear.makes_of(frame) == [
        ToolFinished(
            at=AT,
            call_id="1",
            output=output,
            is_error=is_error,
            answered_by_llm=result is not None,
        )
    ]


async def test_typed_text_is_heard_where_it_becomes_a_turn_and_not_on_its_way_there(ear):
    await ear.hears(TypedTextFrame(text="Hi."))
    assert ear.signals == []
    await ear.hears(TypedTextFrame(text="Hi."), TypedText(Floor()))
    assert ear.signals == [TextReceived(at=AT, text="Hi.")]


async def test_a_tool_can_say_that_its_result_needs_no_answer(ear):
    silent = FunctionCallResultProperties(run_llm=False)
    frame = FunctionCallResultFrame("f", "1", arguments={}, result="done", properties=silent)
    [signal] = await ear.makes_of(frame)
    assert signal.answered_by_llm is False


async def test_progress_of_a_tool_settles_nothing(ear):
    more = FunctionCallResultProperties(is_final=False)
    frame = FunctionCallResultFrame("f", "1", arguments={}, result="half", properties=more)
    assert await ear.makes_of(frame) == []


async def test_the_pipelines_start_is_the_calls(ear):
    await ear.observer.on_pipeline_started()
    assert ear.signals == [CallStarted(at=WALL)]


async def test_a_broadcast_is_heard_once_on_its_way_down(ear):
    for frame in (BotStartedSpeakingFrame, InterruptionFrame, VADUserStartedSpeakingFrame):
        await ear.hears(frame(), direction=UP)
        await ear.hears(frame(), direction=DOWN)
    assert [type(s) for s in ear.signals] == [PlaybackStarted, Interrupted, UserSpeechStarted]


async def test_times_are_those_of_the_push_however_late_it_is_heard(ear):
    await ear.hears(BotStartedSpeakingFrame(), second=8.0)
    ear.now = None
    await ear.hears(BotStoppedSpeakingFrame(), second=9.5)
    assert [signal.at for signal in ear.signals] == [WALL, WALL + 1.5]


async def test_an_exception_is_counted_and_the_next_frame_heard(ear):
    await ear.hears(TranscriptionFrame(text=None, user_id="", timestamp=""))
    await ear.hears(BotStartedSpeakingFrame())
    ((part, why),) = ear.lost
    assert part == "observer"
    assert why.startswith("TranscriptionFrame: AttributeError")
    assert [type(signal) for signal in ear.signals] == [PlaybackStarted]


async def test_frames_that_say_nothing_make_no_signal(ear):
    assert await ear.makes_of(TextFrame("x"), InputAudioRawFrame(**AUDIO)) == []


@pytest.mark.parametrize("kind", [TranscriptionFrame, InterimTranscriptionFrame])
async def test_deepgrams_result_gives_confidence_and_speaker(ear, kind):
    words = [SimpleNamespace(speaker=1), SimpleNamespace(speaker=0)]
    best = SimpleNamespace(confidence=0.75, words=words)
    result = SimpleNamespace(channel=SimpleNamespace(alternatives=[best]))
    frame = kind(text=" Hi. ", user_id="", timestamp="", language=Language.DE, result=result)
    assert await ear.makes_of(frame) == [
        Transcribed(
            at=AT,
            text="Hi.",
            final=kind is TranscriptionFrame,
            language="de",
            speaker="1",
            confidence=0.75,
        )
    ]


@pytest.mark.parametrize(
    ("result", "confidence", "speaker"),
    [
        (None, None, None),
        ({"confidence": 1, "words": [{"speaker": "B"}]}, 1.0, "B"),
        ({"channel": {"alternatives": []}}, None, None),
        ({"confidence": "high", "words": [{}]}, None, None),
    ],
)
async def test_another_providers_result_gives_what_it_has(ear, result, confidence, speaker):
    frame = TranscriptionFrame(text="Hi.", user_id="", timestamp="", result=result)
    (signal,) = await ear.makes_of(frame)
    assert (signal.confidence, signal.speaker, signal.language) == (confidence, speaker, "en")


async def test_an_answer_of_the_llm_is_request_first_token_and_length(ear):
    await ear.hears(LLMFullResponseStartFrame(), LLM, second=10)
    await ear.hears(LLMTextFrame(" Hel"), LLM, second=11)
    await ear.hears(LLMTextFrame("lo. "), LLM, second=12)
    await ear.hears(LLMFullResponseEndFrame(), LLM, second=13)
    assert ear.signals == [
        ReplyRequested(at=AT),
        LLMFirstToken(at=AT + 1),
        LLMAnswered(at=AT + 3, characters=7),
    ]


async def test_an_answer_of_nothing_but_white_space_has_no_characters(ear):
    frames = [LLMFullResponseStartFrame(), LLMTextFrame("\n\n"), LLMFullResponseEndFrame()]
    assert (await ear.makes_of(*frames, source=LLM))[-1] == LLMAnswered(at=AT, characters=0)


async def test_the_frames_around_a_spoken_text_are_no_answer_of_the_llm(ear):
    frames = [LLMFullResponseStartFrame(), LLMTextFrame("Hello."), LLMFullResponseEndFrame()]
    assert await ear.makes_of(*frames) == []


async def test_a_request_with_tool_results_continues_its_reply_and_the_next_does_not(ear):
    context = LLMContextFrame(LLMContext())
    await ear.hears(context, direction=UP)
    for _ in range(2):
        await ear.hears(LLMFullResponseStartFrame(), LLM)
    assert [signal.continues for signal in ear.signals] == [True, False]


async def test_a_context_that_goes_down_carries_no_tool_results(ear):
    await ear.hears(LLMContextFrame(LLMContext()))
    await ear.hears(LLMFullResponseStartFrame(), LLM)
    assert [signal.continues for signal in ear.signals] == [False]


async def test_what_the_llm_is_asked_early_is_a_reply_that_may_be_discarded(ear):
    await ear.hears(LLMContextFrame(LLMContext(), speculation=True))
    await ear.hears(EagerEndOfTurnCancelFrame(), direction=UP)
    assert ear.signals == [ReplyRequested(at=AT, preemptive=True)]
    await ear.hears(EagerEndOfTurnCancelFrame(), direction=DOWN)
    assert ear.signals[1:] == [ReplyDiscarded(at=AT)]


async def test_an_interruption_ends_the_answer_and_what_would_have_continued_it(ear):
    await ear.hears(LLMFullResponseStartFrame(), LLM)
    await ear.hears(LLMContextFrame(LLMContext()), direction=UP)
    await ear.hears(InterruptionFrame())
    await ear.hears(LLMTextFrame("late"), LLM)
    await ear.hears(LLMFullResponseEndFrame(), LLM)
    await ear.hears(LLMFullResponseStartFrame(), LLM)
    kinds = [type(signal) for signal in ear.signals]
    assert kinds == [ReplyRequested, Interrupted, ReplyRequested]
    assert ear.signals[-1].continues is False


async def test_only_the_first_audio_of_an_utterance_counts(ear):
    frames = [TTSAudioRawFrame(**AUDIO, context_id=c) for c in ("a", "a", "b", "b")]
    assert await ear.makes_of(*frames, source=TTS) == [TTSFirstAudio(at=AT)] * 2


async def test_audio_that_the_output_cuts_anew_is_not_the_first_of_anything(ear):
    assert await ear.makes_of(TTSAudioRawFrame(**AUDIO)) == []


async def test_subclasses_of_a_frame_are_read_as_it(ear):
    class Special(TTSAudioRawFrame):
        pass

    frames = [Special(**AUDIO, context_id="x")]
    assert await ear.makes_of(*frames, source=TTS) == [TTSFirstAudio(at=AT)]


@pytest.mark.parametrize(
    ("base", "module", "source", "provider"),
    [
        (STTService, "pipecat.services.deepgram.stt", ErrorSource.STT, "deepgram"),
        (LLMService, "pipecat.services.openai.llm", ErrorSource.LLM, "openai"),
        (TTSService, "pipecat.services.elevenlabs.tts", ErrorSource.TTS, "elevenlabs"),
        (
            BaseInputTransport,
            "pipecat.transports.daily.transport",
            ErrorSource.TRANSPORT,
            "daily",
        ),
        (
            BaseOutputTransport,
            "bot.memory.transport",
            ErrorSource.TRANSPORT,
            "bot.memory.transport",
        ),
        (FrameProcessor, "mine", ErrorSource.OTHER, "mine"),
    ],
)
@pytest.mark.parametrize("usable", [True, False])
async def test_a_failure_names_its_part_and_provider(ear, base, module, source, provider, usable):
    failing = processor(base, module, usable)
    frame = ErrorFrame("down", processor=failing, category=ErrorCategory.SERVER)
    await ear.hears(frame, direction=UP)
    assert provider_of(failing) == provider
    assert ear.signals == [
        Failed(
            at=AT,
            source=source,
            label=f"{module}.Service",
            recoverable=usable,
            message="down",
            provider=provider,
            category="server",
        )
    ]


async def test_a_failure_without_a_processor_is_its_senders(ear):
    await ear.hears(ErrorFrame("down"), source=LLM, direction=UP)
    assert ear.signals[0].source is ErrorSource.LLM


async def test_a_tool_that_raises_is_no_failure_of_the_llm(ear):
    frame = ErrorFrame("boom", processor=LLM, category=ErrorCategory.APPLICATION)
    await ear.hears(frame, direction=UP)
    assert ear.signals == []


async def test_consumption_is_counted_in_the_reports_words(ear):
    tokens = LLMTokenUsage(prompt_tokens=7, completion_tokens=5, total_tokens=12)
    frame = MetricsFrame(
        data=[
            LLMUsageMetricsData(processor="p", model="gpt", value=tokens),
            TTSUsageMetricsData(processor="p", value=11),
            STTUsageMetricsData(processor="p", value=STTUsage(audio_seconds=1.5)),
            TTFBMetricsData(processor="p", value=0.5),
        ]
    )
    used = await ear.makes_of(frame)
    assert [(u.type, u.provider, u.model, u.counters) for u in used if isinstance(u, Used)] == [
        (
            "llm_usage",
            "openai",
            "gpt",
            {"input_tokens": 7, "input_cached_tokens": 0, "output_tokens": 5},
        ),
        ("tts_usage", "openai", "", {"characters_count": 11}),
        ("stt_usage", "openai", "", {"audio_duration": 1.5}),
    ]


async def test_the_last_mark_says_that_everything_has_been_heard(ear):
    assert not ear.observer.drained.is_set()
    await ear.hears(PipelineDrainedFrame())
    await asyncio.wait_for(ear.observer.drained.wait(), 5)
