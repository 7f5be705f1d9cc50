"""Why a call of somebody else's bot ended, from what was seen of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from pipecat.frames.frames import CancelFrame, EndFrame, ErrorFrame, Frame
from pipecat.pipeline.worker import ProcessorUnusablePolicy
from pipecat.services.llm_service import LLMService
from pipecat.utils.errors import ErrorCategory

from bot.attached.closing import ClosingReason
from eventlog.signals import Closed, CloseReason
from tests.processors.test_observer import LLM, processor

UNUSABLE = processor(LLMService, usable=False)
GONE = Closed(at=1.0, reason=CloseReason.PARTICIPANT_DISCONNECTED, detail={"who": "far side"})


def reason(policy: ProcessorUnusablePolicy = ProcessorUnusablePolicy.CONTINUE) -> ClosingReason:
    worker: Any = SimpleNamespace(_processor_unusable_policy=policy)
    return ClosingReason(worker)


def failure(by: Any, **options: Any) -> ErrorFrame:
    return ErrorFrame("no key", processor=by, **options)


def ended(closing: ClosingReason, frame: Frame) -> str:
    closing.ended(frame)
    return closing.closed().reason.value


@pytest.mark.parametrize("frame", [EndFrame(), CancelFrame(reason="runner exiting")], ids=str)
def test_a_bot_that_ends_when_its_caller_left_was_left(frame):
    closing = reason()
    closing.far_side_left(GONE)
    assert ended(closing, frame) == "participant_disconnected"


def test_a_bot_that_waited_in_vain_ended_for_its_own_reason():
    closing = reason()
    closing.far_side_left(GONE)
    assert ended(closing, CancelFrame(reason="idle timeout")) == "job_shutdown"


def test_a_caller_who_came_back_has_not_left():
    closing = reason()
    closing.far_side_left(GONE)
    closing.far_side_joined()
    assert ended(closing, EndFrame()) == "task_completed"


@pytest.mark.parametrize("said", ["fatal error: no key", "ScriptedLLM#0 can no longer do its job"])
def test_a_call_that_pipecat_gave_up_for_a_failure_ended_with_it(said):
    closing = reason()
    closing.failure(failure(UNUSABLE, category=ErrorCategory.AUTHENTICATION))
    closing.ended(CancelFrame(reason=said))
    closed = closing.closed()
    assert closed.reason is CloseReason.ERROR
    assert closed.failure is not None
    assert closed.detail["category"] == "authentication"


def test_an_unusable_service_ends_a_call_only_if_the_bot_says_so():
    ends, goes_on = reason(ProcessorUnusablePolicy.END), reason()
    for closing in (ends, goes_on):
        closing.failure(failure(UNUSABLE))
    assert ended(ends, EndFrame()) == "error"
    assert ended(goes_on, EndFrame()) == "task_completed"


def test_a_failure_that_passes_is_no_reason():
    closing = reason(ProcessorUnusablePolicy.END)
    closing.failure(failure(LLM))
    closing.failure(ErrorFrame("of nobody"))
    assert ended(closing, EndFrame()) == "task_completed"


def test_a_pipeline_that_never_came_up_is_an_error():
    closing = reason()
    closing.stuck("a processor did not connect in time")
    closed = closing.closed()
    assert closed.reason is CloseReason.ERROR
    assert closed.detail["what"] == "a processor did not connect in time"
