"""How many failures in a row a call bears, and which one alone ends it."""

import pytest

from bot.failure_limit import FailureLimit
from eventlog.events import AgentState, AgentStateChanged
from eventlog.signals import ErrorSource, Failed


def failed(source, message="It failed."):
    return Failed(at=0.0, source=source, label="a.Service", recoverable=True, message=message)


@pytest.mark.parametrize("source", [ErrorSource.LLM, ErrorSource.TTS, ErrorSource.REALTIME])
def test_one_failure_more_than_is_borne_is_too_many(source):
    limit = FailureLimit(2)
    assert [limit.exceeded_by(failed(source)) for _ in range(3)] == [False, False, True]


def test_what_the_bot_is_heard_to_say_begins_a_new_row():
    limit = FailureLimit(1)
    assert not limit.exceeded_by(failed(ErrorSource.LLM))
    limit.on_event(
        AgentStateChanged(
            old_state=AgentState.THINKING, new_state=AgentState.SPEAKING, created_at=0.0
        )
    )
    assert not limit.exceeded_by(failed(ErrorSource.LLM))


def test_an_stt_may_fail_as_often_as_it_likes():
    limit = FailureLimit(0)
    assert not limit.exceeded_by(failed(ErrorSource.STT))


@pytest.mark.parametrize(
    "message",
    [
        "Error connecting: server rejected WebSocket connection: HTTP 401",
        "Error sending client event: no close frame received or sent",
        "Error: type='error' event_id='event_1' error=…",
        "Grok Realtime Error: No such model.",
        "Send error: closed",
    ],
)
def test_a_realtime_model_without_its_session_is_not_waited_for(message):
    assert FailureLimit(None).exceeded_by(failed(ErrorSource.REALTIME, message))
    assert not FailureLimit(None).exceeded_by(failed(ErrorSource.LLM, message))


@pytest.mark.parametrize(
    "message",
    ["Response failed", "The server had an error while processing your request. Sorry about that!"],
)
def test_an_answer_of_a_realtime_model_may_fail(message):
    assert not FailureLimit(3).exceeded_by(failed(ErrorSource.REALTIME, message))
