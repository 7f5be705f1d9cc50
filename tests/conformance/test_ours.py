"""Our own reports: sound by our rules, and such as LiveKit's models would have written."""

import json

import pytest

from eventlog import report as reports
from eventlog.checker import check
from eventlog.header import CallHeader
from eventlog.recorder import Recorder
from eventlog.signals import (
    AssistantText,
    CallStarted,
    Closed,
    CloseReason,
    ErrorSource,
    Failed,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    ToolCall,
    ToolFinished,
    ToolsRequested,
    ToolStarted,
    Transcribed,
    TTSFirstAudio,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnEnded,
)
from tests.conformance.livekit import judge
from tests.eventlog.reading import livekit, logged

pytestmark = pytest.mark.conformance

BEGIN = 1_770_536_866.0


def call():
    """A greeting, a question that needs a tool, a barge-in, and an LLM that fails at the end."""
    llm_fails = Failed(
        at=19.0, source=ErrorSource.LLM, label="OpenAILLMService#0", recoverable=False
    )
    return [
        CallStarted(at=0.0),
        SayRequested(at=0.2, text="Hi."),
        TTSFirstAudio(at=0.5),
        PlaybackStarted(at=0.55),
        AssistantText(at=1.5, text="Hi."),
        PlaybackStopped(at=1.5),
        UserSpeechStarted(at=3.2, onset=3.0),
        Transcribed(at=4.0, text="What", final=False),
        UserSpeechStopped(at=4.6, end=4.4),
        Transcribed(at=4.8, text="What time is it?", final=True, confidence=0.9),
        UserTurnEnded(at=5.0, text="What time is it?"),
        UserTurnCompleted(at=5.001, hook=0.0005),
        ReplyRequested(at=5.002),
        LLMFirstToken(at=5.4),
        ToolsRequested(at=5.5, calls=[ToolCall(call_id="c1", name="clock", arguments="{}")]),
        ToolStarted(at=5.51, call_id="c1"),
        ToolFinished(at=5.8, call_id="c1", output="noon"),
        LLMAnswered(at=5.81, characters=0),
        ReplyRequested(at=5.82, continues=True),
        LLMFirstToken(at=6.0),
        LLMAnswered(at=6.2, characters=10),
        TTSFirstAudio(at=6.3),
        PlaybackStarted(at=6.35),
        UserSpeechStarted(at=7.2, onset=7.0),
        Interrupted(at=7.5),
        AssistantText(at=7.51, text="It is"),
        PlaybackStopped(at=7.52),
        InterruptionSettled(at=7.53),
        UserSpeechStopped(at=8.1, end=7.9),
        Transcribed(at=8.2, text="Stop.", final=True, confidence=0.9),
        UserTurnEnded(at=8.5, text="Stop."),
        UserTurnCompleted(at=8.501, hook=0.0005),
        ReplyRequested(at=8.502),
        llm_fails,
        Closed(at=19.1, reason=CloseReason.ERROR, failure=llm_fails),
    ]


def reported(signals):
    """The report of signals whose times are seconds from the begin of the call."""
    options = livekit("1.3.12", "plain_turn")["options"]
    header = CallHeader(
        session="s", job_id="j", seed="seed", options=options, created_at=BEGIN, agent_name="a"
    )
    recorder = Recorder(header.seed, header.agent_name)
    moved: set[int] = set()
    for signal in signals:
        for one in (signal, getattr(signal, "failure", None)):
            if one is not None and id(one) not in moved:
                moved.add(id(one))
                for name in ("at", "onset", "end"):
                    if hasattr(one, name):
                        setattr(one, name, BEGIN + getattr(one, name))
        recorder.take(signal)
    return json.loads(reports.text(reports.build(header, recorder, timestamp=BEGIN + 20)))


def test_a_call_with_everything_in_it_is_sound_and_conforms():
    report = reported(call())
    kinds = {event["type"] for event in report["events"]}
    assert {"error", "function_tools_executed", "conversation_item_added"} <= kinds
    assert check(logged(report)) == []
    assert judge([report]) == []


def test_a_call_closed_at_any_moment_is_sound_and_conforms():
    """The same call, hung up after each of its signals."""
    cut = []
    for length in range(1, len(call())):
        signals = call()[:length]
        signals.append(Closed(at=signals[-1].at + 0.1, reason=CloseReason.USER_INITIATED))
        cut.append(reported(signals))
    assert [finding for report in cut for finding in check(logged(report))] == []
    assert judge(cut) == []
