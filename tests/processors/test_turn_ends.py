"""What the end of a turn comes to: who has a word in it, and the reply that was begun early."""

from __future__ import annotations

import asyncio

import pytest
from pipecat.frames.frames import (
    InterimTranscriptionFrame,
    InterruptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.barge_in import Verdict
from processors.endpointing import EndpointingUserTurnStopStrategy
from processors.floor import Floor
from processors.preemption import Preemption
from processors.running_transcript import RunningTranscript
from tests.processors.timeless import now, setup_of_a_strategy, timeless, until, wall


class Admission:
    """Who decides what becomes of a turn whose end is due; by default it is answered."""

    def __init__(self, *verdicts):
        self.verdicts, self.asked = list(verdicts), []
        self.decided = asyncio.Event()
        self.decided.set()

    async def admit(self):
        self.asked.append(round(now(), 6))
        await self.decided.wait()
        return self.verdicts.pop(0) if self.verdicts else Verdict.ANSWER


class Turn:
    """A strategy that ends turns, and what it did, and when."""

    def __init__(self, *verdicts, early=False):
        self.floor, self.transcript = Floor(), RunningTranscript()
        self.admission = Admission(*verdicts)
        preemption = Preemption(self.floor, self.transcript, LLMContext())
        self.strategy = EndpointingUserTurnStopStrategy(
            min_delay=0.5,
            max_delay=3.0,
            barge_in=self.admission,
            preemption=preemption if early else None,
            clock=wall,
        )
        self.did = []

    async def begin(self):
        await self.strategy.setup(setup_of_a_strategy())
        self.strategy.add_event_handler("on_user_turn_inference_triggered", self._asked)
        self.strategy.add_event_handler("on_user_turn_speculation_cancelled", self._withdrawn)
        self.strategy.add_event_handler("on_user_turn_stopped", self._ended)
        return self

    def note(self, what):
        self.did.append((round(now(), 6), what))

    async def _asked(self, strategy, speculation):
        self.note(f"asked early: {speculation.text}" if speculation else "asked")

    async def _withdrawn(self, strategy):
        self.note("withdrawn")

    async def _ended(self, strategy, params):
        # As Pipecat's controller does it, before anything else hears of the end.
        self.transcript.clear()
        await strategy.handle_user_turn_stopped()
        self.note("ended, confirmed" if params.confirms_speculation else "ended")

    async def hears(self, at, frame):
        await until(at)
        self.transcript.take(frame)
        await self.strategy.process_frame(frame)

    async def speech_starts(self, at):
        await until(at)
        await self.hears(at, VADUserStartedSpeakingFrame(start_secs=0.2, timestamp=wall()))

    async def speech_ends(self, at):
        """The speech really ended 0.2 seconds earlier."""
        await until(at)
        await self.hears(at, VADUserStoppedSpeakingFrame(stop_secs=0.2, timestamp=wall()))

    async def words(self, at, text, kind=TranscriptionFrame):
        await self.hears(at, kind(text=text, user_id="", timestamp=""))

    async def says(self, start, end, text):
        await self.speech_starts(start)
        await self.speech_ends(end)
        await self.words(end, text)


@timeless
async def test_words_that_are_a_turn_are_answered():
    turn = await Turn().begin()
    await turn.says(1, 2.2, "Hello.")
    await until(9)
    assert turn.admission.asked == [2.5]
    assert turn.did == [(2.5, "asked"), (2.5, "ended")]


@timeless
async def test_the_end_of_the_turn_waits_until_it_is_decided():
    turn = await Turn().begin()
    turn.admission.decided.clear()
    await turn.says(1, 2.2, "Hello.")
    await until(4)
    assert turn.did == []
    turn.admission.decided.set()
    await until(9)
    assert turn.did == [(4, "asked"), (4, "ended")]


@timeless
async def test_a_user_who_goes_on_meanwhile_keeps_the_turn():
    turn = await Turn().begin()
    turn.admission.decided.clear()
    await turn.says(1, 2.2, "Hello.")
    await turn.speech_starts(2.6)
    turn.admission.decided.set()
    await until(4)
    assert turn.did == []
    await turn.speech_ends(5)
    await turn.words(5, "And?")
    await until(9)
    assert turn.did == [(5.3, "asked"), (5.3, "ended")]


@timeless
async def test_a_user_who_goes_on_before_the_end_is_not_judged_by_half_a_turn():
    turn = await Turn().begin()
    await turn.says(1, 2.2, "Hello.")
    await turn.speech_starts(2.4)
    await turn.speech_ends(5)
    await turn.words(5, "And?")
    await until(9)
    assert turn.admission.asked == [5.3]


@timeless
async def test_words_that_are_kept_end_no_turn_until_more_come():
    turn = await Turn(Verdict.KEEP).begin()
    await turn.says(1, 2.2, "Hm.")
    await turn.speech_starts(5)
    await turn.speech_ends(6)
    await until(20)
    assert turn.did == []
    await turn.words(20, "Stop.")
    await until(30)
    assert turn.did == [(20, "asked"), (20, "ended")]


@timeless
async def test_words_that_are_dropped_end_the_turn_and_are_not_answered():
    turn = await Turn(Verdict.DROP).begin()
    await turn.says(1, 2.2, "Hm.")
    await until(20)
    assert turn.did == [(2.5, "ended")]


@timeless
async def test_words_from_before_a_turn_do_not_end_it():
    turn = await Turn().begin()
    await turn.words(1, "Hm.")
    await turn.strategy.handle_user_turn_started()
    await turn.speech_starts(1.2)
    await turn.speech_ends(3)
    await until(20)
    assert turn.did == []
    await turn.words(20, "Stop.")
    await until(30)
    assert turn.did == [(20, "asked"), (20, "ended")]


@timeless
async def test_a_reply_is_begun_at_the_final_transcript_and_confirmed_at_the_end():
    turn = await Turn(early=True).begin()
    await turn.says(1, 2.2, "Hello.")
    await until(9)
    assert turn.did == [(2.2, "asked early: Hello."), (2.5, "ended, confirmed")]


@timeless
async def test_without_preemption_nothing_is_asked_early():
    turn = await Turn().begin()
    await turn.says(1, 2.2, "Hello.")
    assert turn.did == []


@timeless
@pytest.mark.parametrize(
    ("text", "kind"), [("Hello", InterimTranscriptionFrame), (" ", TranscriptionFrame)]
)
async def test_what_is_not_final_begins_no_reply(text, kind):
    turn = await Turn(early=True).begin()
    await turn.words(1, text, kind)
    assert turn.did == []


@timeless
async def test_more_words_have_the_reply_replaced():
    turn = await Turn(early=True).begin()
    await turn.speech_starts(1)
    await turn.words(1.5, "How are")
    await turn.speech_ends(2.2)
    await turn.words(2.3, "you?")
    await until(9)
    assert turn.did == [
        (1.5, "asked early: How are"),
        (2.3, "withdrawn"),
        (2.3, "asked early: How are you?"),
        (2.5, "ended, confirmed"),
    ]


@timeless
async def test_no_reply_is_begun_while_the_bot_is_busy():
    turn = await Turn(early=True).begin()
    turn.floor.thinks()
    await turn.says(1, 2.2, "Hello.")
    turn.floor.thought()
    await until(9)
    assert turn.did == [(2.5, "asked"), (2.5, "ended")]


@timeless
async def test_more_words_withdraw_the_reply_though_none_can_take_its_place():
    turn = await Turn(early=True).begin()
    await turn.speech_starts(1)
    await turn.words(1.5, "How are")
    turn.floor.say_requested(interruptible=True)
    await turn.speech_ends(2.2)
    await turn.words(2.3, "you?")
    await until(9)
    assert [what for _, what in turn.did[1:]] == ["withdrawn", "asked", "ended"]


@timeless
async def test_a_reply_to_other_words_is_withdrawn_at_the_end():
    turn = await Turn(early=True).begin()
    await turn.says(1, 2.2, "Hello.")
    turn.transcript.take(TranscriptionFrame(text="Bye.", user_id="", timestamp=""))
    await until(9)
    assert [what for _, what in turn.did[1:]] == ["withdrawn", "asked", "ended"]


@timeless
async def test_something_else_that_ends_the_turn_withdraws_the_reply():
    turn = await Turn(early=True).begin()
    await turn.says(1, 2.2, "Hello.")
    await turn.strategy.handle_user_turn_stopped()
    await until(9)
    assert [what for _, what in turn.did[1:]] == ["withdrawn"]


@timeless
async def test_the_reply_to_words_that_are_dropped_is_withdrawn_before_the_turn_ends():
    turn = await Turn(Verdict.DROP, early=True).begin()
    await turn.says(1, 2.2, "Hello.")
    await until(9)
    assert [what for _, what in turn.did[1:]] == ["withdrawn", "ended"]


@timeless
async def test_an_interruption_has_called_the_reply_off_already():
    turn = await Turn(early=True).begin()
    await turn.says(1, 2.2, "Hello.")
    await turn.hears(2.3, InterruptionFrame())
    await until(9)
    assert [what for _, what in turn.did[1:]] == ["asked", "ended"]


@timeless
async def test_a_reply_of_the_turn_before_is_not_confirmed_by_the_next():
    turn = await Turn(early=True).begin()
    await turn.says(1, 2.2, "Hello.")
    await until(5)
    turn.floor.thinks()
    await turn.says(6, 7.2, "Hello.")
    await until(9)
    assert [what for _, what in turn.did[2:]] == ["asked", "ended"]
