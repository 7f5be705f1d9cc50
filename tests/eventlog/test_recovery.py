"""`parley log recover`: a killed call gets its report from its journal."""

from __future__ import annotations

import json
import stat

import pytest
from typer.testing import CliRunner

from eventlog import file_lock
from eventlog.checker import check
from eventlog.commands import app
from eventlog.journal import FILE_NAME
from eventlog.reader import read
from eventlog.recovery import AlreadyReportedError, RecoveryError, recover_folder
from tests.eventlog.folding import Script
from tests.eventlog.test_journal import journal_of


@pytest.fixture
def killed(tmp_path):
    """The folder of a call whose process died while the bot was thinking."""
    folder = tmp_path / "killed"
    folder.mkdir()
    journal_of(folder, Script().start().says(1, "Hello.").user_turn(4, "Hi.").asks(5.5).signals)
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["recover", *map(str, arguments)])


def test_the_report_of_a_killed_call_is_sound_private_and_says_that_it_was_recovered(killed):
    path = recover_folder(killed)
    assert path == killed / "report.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (found,) = read(path)
    assert check(found) == []
    assert found.data["parley"]["recovered"] is True
    assert found.data["close_reason"] == "CR_JOB_SHUTDOWN"
    assert found.data["user_turns"] == 1


def test_the_timeline_of_a_killed_call_is_drawn_beside_its_report(killed):
    page = recover_folder(killed).with_name("timeline.html")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "Hello." in page.read_text()
    assert sorted(path.name for path in killed.iterdir()) == [FILE_NAME, "report.json", page.name]


def test_a_timeline_that_cannot_be_drawn_is_counted_and_costs_no_report(killed):
    (killed / "timeline.html").mkdir()  # stands where the page should go
    (found,) = read(recover_folder(killed))
    assert found.data["parley"]["recorder"]["losses"] == {"timeline": 1}


def test_a_report_that_is_there_is_left_alone_unless_forced(killed):
    (killed / "report.json").write_text("mine")
    with pytest.raises(AlreadyReportedError, match="--force"):
        recover_folder(killed)
    assert (killed / "report.json").read_text() == "mine"
    assert json.loads(recover_folder(killed, force=True).read_text())["job_id"] == "s1"


def test_a_folder_without_a_journal_is_no_calls_folder(tmp_path):
    with pytest.raises(RecoveryError, match=r"journal\.jsonl"):
        recover_folder(tmp_path)


def test_a_damaged_journal_is_named(tmp_path):
    (tmp_path / FILE_NAME).write_text("no header\n")
    with pytest.raises(RecoveryError, match="line 1"):
        recover_folder(tmp_path)


def test_the_command_recovers_every_call_of_a_folder_one_line_each(killed):
    journal_of_another = killed.parent / "another"
    journal_of_another.mkdir()
    journal_of(journal_of_another, Script().start().signals)
    result = run(killed.parent)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"{killed.parent}/another/report.json: recovered (2 events)",
        f"{killed}/report.json: recovered (13 events)",
    ]


def test_the_command_says_1_for_a_call_that_has_its_report(killed):
    assert run(killed).exit_code == 0
    result = run(killed)
    assert (result.exit_code, "--force" in result.output) == (1, True)
    assert run("--force", killed).exit_code == 0


def test_the_command_says_2_for_what_cannot_be_recovered_and_goes_on(killed, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run(empty, killed)
    assert result.exit_code == 2
    assert f"{killed}/report.json: recovered" in result.output


def test_help_shows_an_example():
    assert "parley log recover sessions" in run("--help").output


def test_a_call_under_way_is_left_to_write_its_report_itself(killed):
    with (killed / FILE_NAME).open("rb") as journal:
        file_lock.hold(journal.fileno())
        with pytest.raises(RecoveryError, match="under way"):
            recover_folder(killed)
    assert not (killed / "report.json").exists()
