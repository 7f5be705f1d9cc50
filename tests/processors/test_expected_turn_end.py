"""An STT that finds turns itself says what it expects to be final: the LLM is asked with that."""

from __future__ import annotations

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.endpointing import EndpointingUserTurnStopStrategy
from processors.floor import Floor
from processors.preemption import Preemption
from processors.running_transcript import RunningTranscript
from tests.processors.timeless import setup_of_a_strategy, timeless, wall


class Turn:
    """A strategy that asks early, and what it asked and took back."""

    def __init__(self):
        self.transcript = RunningTranscript()
        self.preemption = Preemption(Floor(), self.transcript, LLMContext())
        self.strategy = EndpointingUserTurnStopStrategy(
            min_delay=0.0, max_delay=3.0, preemption=self.preemption, clock=wall
        )
        self.told = []

    async def begin(self):
        await self.strategy.setup(setup_of_a_strategy())
        tell = self.told.append

        async def asked(_strategy, speculation):
            tell(("asked", speculation.text))

        async def taken_back(_strategy):
            tell("taken back")

        self.strategy.add_event_handler("on_user_turn_inference_triggered", asked)
        self.strategy.add_event_handler("on_user_turn_speculation_cancelled", taken_back)
        return self

    async def expects(self, text):
        await self.strategy.process_frame(EagerTranscriptionFrame(text, "", ""))

    async def goes_on(self):
        await self.strategy.process_frame(EagerEndOfTurnCancelFrame())

    async def is_final(self, text):
        frame = TranscriptionFrame(text, "", "")
        self.transcript.take(frame)
        await self.strategy.process_frame(frame)


@timeless
async def test_the_llm_is_asked_once_if_the_words_come_as_expected():
    turn = await Turn().begin()
    await turn.expects("Hello there.")
    await turn.is_final("Hello there.")
    assert turn.told == [("asked", "Hello there.")]
    assert turn.preemption.confirm()


@timeless
async def test_it_is_asked_again_if_the_words_come_otherwise():
    turn = await Turn().begin()
    await turn.expects("Hello.")
    await turn.is_final("Hello there.")
    assert turn.told == [("asked", "Hello."), "taken back", ("asked", "Hello there.")]


@timeless
async def test_a_turn_that_goes_on_is_asked_anew_at_its_next_expected_end():
    turn = await Turn().begin()
    await turn.expects("Hello.")
    await turn.goes_on()
    assert not turn.preemption.confirm()
    await turn.expects("Hello there.")
    assert turn.told == [("asked", "Hello."), ("asked", "Hello there.")]
