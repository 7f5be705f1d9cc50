"""The observer of somebody else's bot: what it reads from frames that any pipeline pushes."""

import pytest
from pipecat.frames.frames import (
    CancelFrame,
    EagerEndOfTurnCancelFrame,
    EndFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMContextUserTurnFrame,
    LLMFullResponseStartFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    StopFrame,
    TextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.observers.base_observer import FrameProcessed
from pipecat.processors.aggregators.llm_context import LLMContext

from eventlog.signals import (
    Interrupted,
    InterruptionSettled,
    ReplyDiscarded,
    ReplyRequested,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnEnded,
)
from processors.attached_observer import AttachedObserver
from tests.processors.test_observer import AT, DOWN, LLM, OTHER, PIPELINE_BEGAN, UP, Ear, processor

LAST = processor()
TURN = LLMContextUserTurnFrame(text="Hi.", timestamp="")
ENDED = UserTurnEnded(at=AT, text="Hi.")


class AttachedEar(Ear):
    """An attached observer, and what it has made of the frames it was given."""

    def __init__(self):
        super().__init__()
        self.cleaned_up = 0
        self.observer = AttachedObserver(
            self.signals.append,
            lambda *loss: self.lost.append(loss),
            last=LAST,
            cleaned_up=self._cleaned_up,
            clock=self.now,
        )

    async def sees(self, frame, by=LAST, direction=DOWN):
        await self.observer.on_process_frame(
            FrameProcessed(processor=by, frame=frame, direction=direction, timestamp=10_000_000_000)
        )
        return self.signals

    async def _cleaned_up(self):
        self.cleaned_up += 1


@pytest.fixture
def ear():
    return AttachedEar()


def asked(*, early=False):
    return LLMContextFrame(context=LLMContext(), speculation=early)


async def test_a_turn_in_the_context_is_completed_at_once(ear):
    assert await ear.makes_of(TURN) == [ENDED, UserTurnCompleted(at=AT, hook=0.0)]


async def test_a_turn_is_answered_by_what_was_begun_before_its_end(ear):
    begun = ReplyRequested(at=AT, preemptive=True)
    # The LLM may let its answer out before the turn is in the context.
    await ear.makes_of(asked(early=True))
    await ear.hears(LLMFullResponseStartFrame(), LLM)
    await ear.makes_of(TURN, asked())
    completed = UserTurnCompleted(at=AT, hook=0.0, preempted=True)
    assert ear.signals == [begun, ENDED, completed]


@pytest.mark.parametrize("by", [EagerEndOfTurnCancelFrame(), InterruptionFrame(), asked()])
async def test_what_was_begun_early_and_called_off_answers_nothing(ear, by):
    await ear.makes_of(asked(early=True), by, TURN)
    assert ear.signals[-1] == UserTurnCompleted(at=AT, hook=0.0, preempted=False)
    expected = Interrupted if isinstance(by, InterruptionFrame) else ReplyDiscarded
    assert expected in [type(signal) for signal in ear.signals]


async def test_an_interruption_is_settled_when_the_last_processor_has_it(ear):
    await ear.makes_of(InterruptionFrame())
    assert await ear.sees(InterruptionFrame(), by=OTHER) == [Interrupted(at=AT)]
    await ear.sees(InterruptionFrame(), direction=UP)
    await ear.sees(TextFrame("no matter"))
    assert await ear.sees(InterruptionFrame()) == [Interrupted(at=AT), InterruptionSettled(at=AT)]


@pytest.mark.parametrize("frame", [EndFrame(), CancelFrame(), StopFrame()], ids=str)
async def test_all_has_been_heard_when_the_last_frame_has_come_through(ear, frame):
    await ear.sees(frame, by=OTHER)
    assert not ear.observer.drained.is_set()
    await ear.sees(frame)
    assert ear.observer.drained.is_set()


async def test_the_end_of_the_worker_is_told(ear):
    await ear.observer.cleanup()
    assert ear.cleaned_up == 1


@pytest.mark.parametrize(
    "frames",
    [
        (UserStartedSpeakingFrame(), UserStoppedSpeakingFrame()),
        # A service proposes, and Pipecat decides; the service knows best when speech was over.
        (
            ProposedUserStartedSpeakingFrame(),
            UserStartedSpeakingFrame(),
            ProposedUserStoppedSpeakingFrame(),
            UserStoppedSpeakingFrame(),
        ),
    ],
)
async def test_without_a_vad_the_turn_is_what_is_known_of_speech(ear, frames):
    assert await ear.makes_of(*frames) == [
        UserSpeechStarted(at=AT, onset=AT),
        UserSpeechStopped(at=AT, end=AT),
    ]


async def test_without_a_vad_speech_has_ended_when_the_turn_is_in_the_context(ear):
    await ear.makes_of(UserStartedSpeakingFrame(), TURN, UserStoppedSpeakingFrame())
    assert ear.signals[1:] == [
        UserSpeechStopped(at=AT, end=AT),
        ENDED,
        UserTurnCompleted(at=AT, hook=0.0),
    ]


async def test_with_a_vad_the_turn_says_nothing_of_speech(ear):
    vad = VADUserStartedSpeakingFrame(start_secs=0.25, timestamp=PIPELINE_BEGAN + 10.0)
    signals = await ear.makes_of(vad, UserStartedSpeakingFrame(), UserStoppedSpeakingFrame())
    assert signals == [UserSpeechStarted(at=AT, onset=AT - 0.25)]
