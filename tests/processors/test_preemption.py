"""The reply that is begun before the user's turn is over, and whether it still may be given."""

from __future__ import annotations

import pytest
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import TranscriptionFrame
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.floor import Floor
from processors.preemption import Preemption
from processors.running_transcript import RunningTranscript

EARLIER = {"role": "assistant", "content": "Hello."}


class Early:
    """A preemption and what it depends on."""

    def __init__(self):
        self.floor, self.transcript = Floor(), RunningTranscript()
        self.context = LLMContext(messages=[EARLIER])
        self.preemption = Preemption(self.floor, self.transcript, self.context)

    def hears(self, text):
        self.transcript.take(TranscriptionFrame(text=text, user_id="", timestamp=""))

    def asks(self):
        """Begin a reply; the LLM is given the context with the turn that is not yet in it."""
        speculation = self.preemption.begin()
        provisional = LLMContext(messages=self.messages(speculation.text))
        self.preemption.asked(provisional)
        return speculation

    def messages(self, text):
        return [*self.context.get_messages(), {"role": "user", "content": text}]

    def turn_ends(self):
        confirmed = self.preemption.confirm()
        self.context.set_messages(self.messages(self.transcript.text))
        return confirmed


@pytest.fixture
def early():
    early = Early()
    early.hears("How are")
    early.hears("you?")
    return early


def test_it_begins_with_all_the_words_of_the_turn(early):
    assert early.preemption.begin().text == "How are you?"


def test_without_words_there_is_nothing_to_begin():
    assert Early().preemption.begin() is None


def test_nothing_is_begun_while_the_bot_has_something_to_say(early):
    early.floor.thinks()
    assert early.preemption.begin() is None
    early.floor.thought()
    assert early.preemption.begin() is not None


def test_nothing_is_begun_while_a_cut_reply_is_on_its_way_into_the_context(early):
    early.floor.interrupting()
    assert early.preemption.begin() is None
    early.floor.settle()
    assert early.preemption.begin() is not None


def test_a_turn_that_ends_with_the_same_words_keeps_its_reply(early):
    early.asks()
    assert not early.preemption.confirmed
    assert early.turn_ends()
    assert early.preemption.confirmed
    assert early.preemption.settle()
    assert not early.preemption.confirmed


def test_more_words_make_the_reply_worthless(early):
    early.asks()
    early.hears("Today?")
    assert not early.turn_ends()
    assert not early.preemption.confirmed
    assert early.preemption.withdraw()


def test_without_a_reply_there_is_none_to_confirm_or_withdraw(early):
    assert not early.preemption.confirm()
    assert not early.preemption.withdraw()
    early.asks()
    assert early.preemption.withdraw()
    assert not early.preemption.withdraw()
    assert not early.preemption.confirm()


def test_a_confirmed_reply_is_not_withdrawn(early):
    early.asks()
    early.turn_ends()
    assert not early.preemption.withdraw()
    assert early.preemption.confirmed


def test_a_reply_that_is_begun_anew_answers_the_new_words(early):
    early.asks()
    early.hears("Today?")
    early.preemption.withdraw()
    assert early.asks().text == "How are you? Today?"
    assert early.turn_ends()
    assert early.preemption.settle()


def test_a_reply_that_was_never_asked_for_does_not_fit(early):
    early.preemption.begin()
    early.turn_ends()
    assert not early.preemption.settle()


def test_what_was_asked_before_is_not_taken_for_what_is_begun(early):
    early.asks()
    early.preemption.begin()
    early.turn_ends()
    assert not early.preemption.settle()


def test_a_reply_called_off_before_the_end_of_the_turn_is_not_confirmed(early):
    early.asks()
    early.preemption.cancel()
    assert not early.turn_ends()


def test_a_reply_called_off_after_the_end_of_the_turn_does_not_fit(early):
    early.asks()
    early.turn_ends()
    early.preemption.cancel()
    assert not early.preemption.confirmed
    assert not early.preemption.settle()


def test_a_reply_that_the_llm_will_not_give_is_not_confirmed(early):
    early.asks()
    early.preemption.refused()
    assert not early.turn_ends()


def test_a_reply_that_the_llm_will_not_give_any_more_does_not_fit(early):
    early.asks()
    early.turn_ends()
    early.preemption.refused()
    assert early.preemption.confirmed
    assert not early.preemption.settle()


def change_messages(context):
    context.add_message({"role": "developer", "content": "Be brief."})


def change_tools(context):
    tool = FunctionSchema(name="f", description="", properties={}, required=[])
    context.set_tools(ToolsSchema(standard_tools=[tool]))


@pytest.mark.parametrize("change", [change_messages, change_tools])
def test_a_reply_does_not_fit_a_context_that_has_changed(early, change):
    early.asks()
    early.turn_ends()
    change(early.context)
    assert not early.preemption.settle()
    assert not early.preemption.confirmed


def test_it_begins_with_words_that_are_expected_and_holds_once_they_are_final(early):
    assert early.preemption.begin("I am fine.").text == "How are you? I am fine."
    assert not early.preemption.answers_all
    assert not early.preemption.confirm()
    early.hears("I am fine.")
    assert early.preemption.answers_all
    assert early.turn_ends()


def test_words_that_come_otherwise_than_expected_are_not_answered_by_it(early):
    early.preemption.begin("I am fine.")
    early.hears("I am five.")
    assert not early.preemption.answers_all
    assert not early.turn_ends()
