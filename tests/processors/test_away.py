"""The away timer: both sides silent for the whole timeout, and not a moment less."""

from __future__ import annotations

from eventlog.events import UserState
from eventlog.intake import Intake
from eventlog.signals import (
    CallStarted,
    PlaybackStarted,
    PlaybackStopped,
    SayRequested,
    ToolCall,
    ToolFinished,
    ToolsRequested,
    Transcribed,
    UserSpeechStarted,
    UserSpeechStopped,
)
from processors.away import AwayTimer
from tests.eventlog.folding import header
from tests.processors.timeless import now, timeless, until, wall


class Watched:
    """A log, its timer, and the times at which the user went away."""

    def __init__(self, timeout=15.0):
        self.intake = Intake(header(), None, wall)
        self.timer = AwayTimer(self.intake, timeout, wall)
        self.away = []
        self.intake.listen(self._heard)

    def _heard(self, event):
        if getattr(event, "new_state", None) is UserState.AWAY:
            self.away.append(now())

    async def take(self, at, kind, **fields):
        await until(at)
        self.intake.take(kind(at=wall(), **fields))


async def watched(seconds=15.0, joined=True):
    log = Watched(seconds)
    await log.take(0, CallStarted)
    if joined:
        log.timer.participant_joined()
    return log


@timeless
async def test_a_user_is_away_when_nobody_has_spoken_for_the_timeout():
    log = await watched()
    await until(60)
    assert log.away == [15]


@timeless
async def test_nobody_goes_away_before_somebody_came():
    log = await watched(joined=False)
    await until(60)
    log.timer.participant_joined()
    await until(74.9)
    assert log.away == []
    await until(76)
    assert log.away == [75]


@timeless
async def test_the_timer_starts_from_zero_when_both_listen_again():
    log = await watched()
    await log.take(10, UserSpeechStarted, onset=0.0)
    await log.take(30, UserSpeechStopped, end=0.0)
    await log.take(35, SayRequested, text="Hm.", recorded=False)
    await log.take(40, PlaybackStarted)
    await log.take(50, PlaybackStopped)
    await until(90)
    assert log.away == [65]


@timeless
async def test_words_without_speech_do_not_put_it_off():
    log = await watched()
    await log.take(10, Transcribed, text="tv", final=False)
    await until(60)
    assert log.away == [15]


@timeless
async def test_a_running_tool_holds_the_timer():
    log = await watched()
    call = ToolCall(call_id="1", name="slow", arguments="{}")
    await log.take(1, ToolsRequested, calls=[call])
    await log.take(40, Transcribed, text="hm", final=False)
    assert log.away == []
    await log.take(41, ToolFinished, call_id="1", output="")
    await until(90)
    assert log.away == [56]


@timeless
async def test_without_a_timeout_nobody_is_ever_away():
    log = await watched(seconds=None)
    await until(1000)
    assert log.away == []


@timeless
async def test_a_stopped_timer_stays_stopped():
    log = await watched()
    log.timer.stop()
    await log.take(1, UserSpeechStarted, onset=0.0)
    await log.take(2, UserSpeechStopped, end=0.0)
    await until(60)
    assert log.away == []
