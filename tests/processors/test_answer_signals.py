"""The LLM's answers as signals, those included that it begins before the end of the turn."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import LLMContextFrame, LLMTextFrame, MetricsFrame
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService

from eventlog.signals import LLMAnswered, LLMFirstToken, ReplyDiscarded, ReplyRequested
from processors.answer_signals import AnswerSignals

UP, DOWN = FrameDirection.UPSTREAM, FrameDirection.DOWNSTREAM
LLM, OTHER = object.__new__(LLMService), object.__new__(FrameProcessor)


class Answers(AnswerSignals):
    """An LLM's answers, and the signals that they make."""

    def __init__(self):
        self.signals = []
        super().__init__(self.signals.append)

    def asked_early(self, at):
        self.context(LLMContextFrame(LLMContext(), speculation=True), at, DOWN)

    def says(self, text, at):
        self.text(LLMTextFrame(text), at)

    def first_token(self, at, seconds=0.4, source=LLM):
        data = [TTFBMetricsData(processor="llm", value=seconds)]
        self.measured(MetricsFrame(data=data), at, source)


@pytest.fixture
def answers():
    return Answers()


def test_an_answer_is_request_first_token_and_length(answers):
    answers.started(1.0, LLM)
    answers.says(" Hel", 2.0)
    answers.says("lo.", 3.0)
    answers.ended(4.0, LLM)
    assert answers.signals == [
        ReplyRequested(at=1.0),
        LLMFirstToken(at=2.0),
        LLMAnswered(at=4.0, characters=6),
    ]


def test_an_early_answer_was_asked_and_begun_before_it_is_let_out(answers):
    answers.asked_early(1.0)
    answers.first_token(1.4)
    answers.started(3.0, LLM)
    answers.says("Hello.", 3.0)
    answers.ended(3.5, LLM)
    assert answers.signals == [
        ReplyRequested(at=1.0, preemptive=True),
        LLMFirstToken(at=1.4),
        LLMAnswered(at=3.5, characters=6),
    ]


def test_an_early_answer_that_begins_after_it_was_let_out_is_heard_of_its_text(answers):
    answers.asked_early(1.0)
    answers.started(2.0, LLM)
    answers.first_token(2.4)
    answers.says("Hello.", 2.4)
    assert answers.signals[1:] == [LLMFirstToken(at=2.4)]


def test_an_early_answer_that_is_withdrawn_is_discarded_once(answers):
    answers.asked_early(1.0)
    answers.withdrawn(2.0)
    answers.withdrawn(2.1)
    assert answers.signals[1:] == [ReplyDiscarded(at=2.0)]


def test_the_answer_after_a_discarded_one_is_another(answers):
    answers.asked_early(1.0)
    answers.first_token(1.4)
    answers.withdrawn(2.0)
    answers.started(3.0, LLM)
    answers.says("Hello.", 3.5)
    assert answers.signals[3:] == [ReplyRequested(at=3.0), LLMFirstToken(at=3.5)]


def test_each_early_answer_has_a_first_token_of_its_own(answers):
    for at in (1.0, 2.0):
        answers.asked_early(at)
        answers.first_token(at + 0.4)
        answers.withdrawn(at + 0.5)
    tokens = [signal.at for signal in answers.signals if isinstance(signal, LLMFirstToken)]
    assert tokens == [1.4, 2.4]


def test_an_answer_that_is_out_cannot_be_withdrawn(answers):
    answers.asked_early(1.0)
    answers.started(2.0, LLM)
    answers.withdrawn(3.0)
    answers.started(4.0, LLM)
    answers.withdrawn(5.0)
    assert ReplyDiscarded not in [type(signal) for signal in answers.signals]


def test_an_interruption_leaves_no_early_answer_to_withdraw(answers):
    answers.asked_early(1.0)
    answers.interrupted()
    answers.withdrawn(2.0)
    answers.started(3.0, LLM)
    assert answers.signals[1:] == [ReplyRequested(at=3.0)]


@pytest.mark.parametrize(("seconds", "source"), [(0.0, LLM), (0.4, OTHER)])
def test_what_measures_no_first_token_of_the_llm_tells_of_none(answers, seconds, source):
    answers.asked_early(1.0)
    answers.first_token(1.4, seconds, source)
    assert answers.signals[1:] == []


def test_a_measurement_of_any_other_answer_tells_nothing_that_its_text_does_not(answers):
    answers.started(1.0, LLM)
    answers.first_token(1.4)
    assert answers.signals == [ReplyRequested(at=1.0)]


def test_a_request_that_was_called_off_is_measured_too_but_gave_no_first_token(answers):
    answers.asked_early(1.0)
    answers.withdrawn(2.0)
    answers.asked_early(2.0)
    answers.first_token(2.0, seconds=1.0)
    answers.first_token(2.6, seconds=0.6)
    assert answers.signals[3:] == [LLMFirstToken(at=2.6)]


def test_what_else_is_answered_takes_the_place_of_an_early_answer(answers):
    answers.asked_early(1.0)
    answers.context(LLMContextFrame(LLMContext()), 2.0, DOWN)
    answers.started(2.1, LLM)
    assert answers.signals[1:] == [ReplyDiscarded(at=2.0), ReplyRequested(at=2.1)]


def test_only_the_first_answer_after_tool_results_continues(answers):
    answers.context(LLMContextFrame(LLMContext()), 1.0, UP)
    for at in (1.0, 2.0):
        answers.started(at, LLM)
        answers.ended(at, LLM)
    requests = [signal for signal in answers.signals if isinstance(signal, ReplyRequested)]
    assert [request.continues for request in requests] == [True, False]


def test_an_answer_to_tool_results_continues_and_the_early_one_after_it_does_not(answers):
    answers.context(LLMContextFrame(LLMContext()), 1.0, UP)
    answers.started(1.0, LLM)
    answers.ended(2.0, LLM)
    answers.asked_early(3.0)
    requests = [signal for signal in answers.signals if isinstance(signal, ReplyRequested)]
    assert [(r.continues, r.preemptive) for r in requests] == [(True, False), (False, True)]


def test_what_is_no_llm_neither_begins_nor_ends_an_answer(answers):
    answers.started(1.0, OTHER)
    answers.says("Hello.", 1.0)
    answers.ended(1.0, OTHER)
    answers.started(2.0, LLM)
    answers.ended(3.0, OTHER)
    assert answers.signals == [ReplyRequested(at=2.0)]
