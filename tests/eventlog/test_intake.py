"""The intake: whatever breaks, the call goes on, the loss is counted, and there is a report."""

from __future__ import annotations

import stat

import pytest
from loguru import logger

from eventlog import report as reports
from eventlog.checker import check
from eventlog.intake import Intake, recover
from eventlog.journal import FILE_NAME, read
from eventlog.reader import read as read_reports
from eventlog.signals import Closed, CloseReason, PlaybackStarted
from tests.eventlog.folding import END, LISTENS, T0, Script, header, story


def finished(intake, end):
    intake.close(end)
    return intake.report()


@pytest.fixture
def call():
    script = Script().start().says(1, "Hello.").user_turn(4, "Hi.").reply(5.5, "How are you?")
    return script.signals


def at(seconds):
    return lambda: T0 + seconds


def closed(seconds=20.0):
    return Closed(at=T0 + seconds, reason=CloseReason.USER_INITIATED, detail={"who": "test"})


def intake_of(folder, signals, clock=None):
    intake = Intake(header(), folder, clock or at(20))
    for signal in signals:
        intake.take(signal)
    return intake


def own_events(report):
    return [event for event in report["events"] if event["type"] == "close"]


def test_recovery_makes_the_report_that_the_end_of_the_call_made(tmp_path, call):
    report_at_close = finished(intake_of(tmp_path, call), closed())
    recovered = recover(*read(tmp_path / FILE_NAME))
    for report in (report_at_close, recovered):
        report.pop("timestamp")
        report.pop("duration_ms")
        report["parley"].pop("recorder")
    assert report_at_close["parley"].pop("recovered") is False
    assert recovered["parley"].pop("recovered") is True
    assert recovered == report_at_close


def test_a_call_that_never_closed_ends_with_its_last_signal(tmp_path, call):
    finished(intake_of(tmp_path, call), closed())
    found, signals, _ = read(tmp_path / FILE_NAME)
    report = recover(found, signals[:-1], 3)
    assert report["events"][-1] == {
        "type": "close",
        "error": None,
        "reason": "job_shutdown",
        "created_at": signals[-2].at,
    }
    assert report["parley"]["close_detail"]["who"] == "process"
    assert report["parley"]["recorder"]["losses"] == {"journal": 3}


def test_a_journal_without_a_single_signal_makes_a_report(tmp_path):
    report = recover(header(), [], 0)
    assert story(report) == ["close: job_shutdown"]
    assert report["timestamp"] == header().created_at


def test_recovery_survives_the_signal_that_broke_the_call(call, monkeypatch):
    broken = "eventlog.recorder.playback_side.PlaybackSide.started"

    def explode(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(broken, explode)
    report = recover(header(), call, 0)
    assert report["parley"]["recorder"]["losses"] == {"recorder": 2}
    assert len(own_events(report)) == 1


def test_the_report_on_disk_is_private_whole_and_sound(tmp_path, call):
    path = tmp_path / reports.FILE_NAME
    reports.write(finished(intake_of(tmp_path, call), closed()), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in sorted(tmp_path.iterdir())] == [FILE_NAME, reports.FILE_NAME]
    (found,) = read_reports(path)
    assert check(found) == []
    assert reports.line(found.data).count("\n") == 0


def test_a_report_is_written_even_if_something_in_it_is_no_json(tmp_path, call):
    intake = intake_of(tmp_path, call)
    end = closed()
    end.detail["what"] = ValueError("odd")
    report = finished(intake, end)
    reports.write(report, tmp_path / reports.FILE_NAME)
    (found,) = read_reports(tmp_path / reports.FILE_NAME)
    assert found.data["parley"]["close_detail"]["what"] == "odd"
    assert found.data["parley"]["recorder"]["losses"] == {"journal": 1}


def test_listeners_hear_each_event_as_it_is_told(call):
    heard, intake = [], Intake(header(), None, at(20))
    intake.listen(heard.append)
    for signal in call:
        intake.take(signal)
    finished(intake, closed())
    assert heard == intake.recorder.timeline.events


def test_a_listener_that_raises_disturbs_nobody(call):
    def broken(event):
        raise RuntimeError("viewer")

    heard, intake = [], Intake(header(), None, at(20))
    intake.listen(broken)
    intake.listen(heard.append)
    for signal in call:
        intake.take(signal)
    report = finished(intake, closed())
    assert report["parley"]["recorder"]["losses"] == {"listener": len(heard)}
    assert len(heard) == len(report["events"])


def test_a_recorder_that_explodes_costs_a_signal_and_not_the_call(tmp_path, call, monkeypatch):
    intake = Intake(header(), tmp_path, at(20))
    real = intake.recorder.take

    def explode(signal):
        if isinstance(signal, PlaybackStarted):
            raise RuntimeError("boom")
        return real(signal)

    monkeypatch.setattr(intake.recorder, "take", explode)
    for signal in call:
        intake.take(signal)
    report = finished(intake, closed())
    assert report["parley"]["recorder"]["losses"] == {"recorder": 2}
    assert len(own_events(report)) == 1
    assert read(tmp_path / FILE_NAME)[1] == [*call, closed()]


def test_a_close_that_cannot_be_folded_is_told_all_the_same(call, monkeypatch):
    heard, intake = [], intake_of(None, call)

    def explode(_at):
        raise RuntimeError("boom")

    monkeypatch.setattr(intake.recorder.user, "close", explode)
    intake.listen(heard.append)
    report = finished(intake, closed())
    assert story(report)[-1] == END
    assert len(own_events(report)) == 1
    assert report["close_reason"] == "CR_USER_INITIATED"
    assert [type(event).__name__ for event in heard] == ["Close"]
    assert report["parley"]["recorder"]["losses"] == {"recorder": 1}


def test_a_call_is_closed_only_once(call):
    intake = intake_of(None, call)
    first = finished(intake, closed(20))
    second = finished(intake, Closed(at=T0 + 30, reason=CloseReason.ERROR))
    assert second["close_reason"] == "CR_USER_INITIATED"
    assert second["events"] == first["events"]


def test_a_folder_that_cannot_be_written_costs_the_journal_and_not_the_call(tmp_path, call):
    report = finished(intake_of(tmp_path / "gone", call), closed())
    assert report["parley"]["recorder"]["losses"] == {"journal": 1}
    assert story(report)[0] == LISTENS


def test_the_report_says_how_far_behind_its_recorder_ran(call):
    report = finished(intake_of(None, call[:2], at(1.5)), closed(1.25))
    assert report["parley"]["recorder"] == {"signals": 3, "worst_lag": 1.5, "losses": {}}


def test_a_loss_is_said_once_a_part_in_the_processs_log():
    said = []
    sink = logger.add(lambda message: said.append(str(message)), level="WARNING")
    intake = Intake(header(), None, at(0))
    for _ in range(3):
        intake.lose("recording", "disk full", 2)
    logger.remove(sink)
    assert intake.health()["losses"] == {"recording": 6}
    assert len(said) == 1


def test_the_report_is_never_older_than_its_last_event():
    intake = Intake(header(), None, at(-5))
    intake.take(Script().start(3).signals[0])
    assert finished(intake, closed(4))["timestamp"] == T0 + 4
