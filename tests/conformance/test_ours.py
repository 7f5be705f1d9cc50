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
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    ReplyDiscarded,
    ReplyRequested,
    SayRequested,
    TextReceived,
    ToolCall,
    ToolFinished,
    ToolsRequested,
    ToolStarted,
    Transcribed,
    TTSFirstAudio,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnDropped,
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


def turn_taking():
    """An early reply, held for a noise, then cut by words; one that is replaced; typed text."""
    return [
        CallStarted(at=0.0),
        UserSpeechStarted(at=1.2, onset=1.0),
        UserSpeechStopped(at=2.2, end=2.0),
        Transcribed(at=2.3, text="Rain?", final=True, confidence=0.9),
        ReplyRequested(at=2.301, preemptive=True),
        LLMFirstToken(at=2.45),
        UserTurnEnded(at=2.5, text="Rain?"),
        UserTurnCompleted(at=2.501, hook=0.0005, preempted=True),
        LLMAnswered(at=2.6, characters=20),
        TTSFirstAudio(at=2.7),
        PlaybackStarted(at=2.75),
        UserSpeechStarted(at=4.2, onset=4.0),
        PlaybackPaused(at=4.5, silent_at=4.55),
        UserSpeechStopped(at=5.0, end=4.8),
        PlaybackResumed(at=7.0),
        FalseInterruption(at=7.001, resumed=True),
        UserSpeechStarted(at=8.2, onset=8.0),
        PlaybackPaused(at=8.5, silent_at=8.55),
        Transcribed(at=9.0, text="And", final=True, confidence=0.9),
        Interrupted(at=9.001),
        AssistantText(at=9.01, text="No rain"),
        PlaybackStopped(at=9.02),
        InterruptionSettled(at=9.03),
        ReplyRequested(at=9.04, preemptive=True),
        UserSpeechStopped(at=9.5, end=9.3),
        Transcribed(at=9.6, text="snow?", final=True, confidence=0.9),
        ReplyDiscarded(at=9.601),
        ReplyRequested(at=9.602, preemptive=True),
        UserTurnEnded(at=9.8, text="And snow?"),
        UserTurnCompleted(at=9.801, hook=0.0005, preempted=True),
        LLMFirstToken(at=9.9),
        LLMAnswered(at=10.0, characters=3),
        TTSFirstAudio(at=10.1),
        PlaybackStarted(at=10.15),
        AssistantText(at=10.9, text="No."),
        PlaybackStopped(at=11.0),
        UserSpeechStarted(at=12.2, onset=12.0),
        Transcribed(at=12.5, text="I mean", final=True, confidence=0.9),
        TextReceived(at=12.6, text="Snow on Monday?"),
        UserTurnCompleted(at=12.6, hook=0.0),
        ReplyRequested(at=12.61),
        PlaybackPaused(at=12.7, silent_at=12.7),
        PlaybackResumed(at=13.0),
        FalseInterruption(at=13.001, resumed=True),
        UserTurnDropped(at=13.1),
        Closed(at=19.1, reason=CloseReason.USER_INITIATED),
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
                for name in ("at", "onset", "end", "silent_at"):
                    if hasattr(one, name):
                        setattr(one, name, BEGIN + getattr(one, name))
        recorder.take(signal)
    return json.loads(reports.text(reports.build(header, recorder, timestamp=BEGIN + 20)))


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (call, {"error", "function_tools_executed", "conversation_item_added"}),
        (turn_taking, {"agent_false_interruption", "speech_created"}),
    ],
)
def test_a_call_with_everything_in_it_is_sound_and_conforms(signals, expected):
    report = reported(signals())
    assert expected <= {event["type"] for event in report["events"]}
    assert check(logged(report)) == []
    assert judge([report]) == []


@pytest.mark.parametrize("signals", [call, turn_taking])
def test_a_call_closed_at_any_moment_is_sound_and_conforms(signals):
    """The same calls, hung up after each of their signals."""
    cut = []
    for length in range(1, len(signals())):
        begun = signals()[:length]
        begun.append(Closed(at=begun[-1].at + 0.1, reason=CloseReason.USER_INITIATED))
        cut.append(reported(begun))
    assert [finding for report in cut for finding in check(logged(report))] == []
    assert judge(cut) == []
