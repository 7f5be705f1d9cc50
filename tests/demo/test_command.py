"""`parley demo` says what it left, and its exit code says how it went."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loguru import logger
from rich.console import Console
from typer.testing import CliRunner, Result

from bot.cli import build
from bot.config import BotConfig
from bot.demo.play import Outcome
from bot.demo.screen import DemoScreen
from bot.demo.summary import show_summary
from bot.local.installed import MissingExtraError
from bot.session import SessionReport


def _report(reason: str = "task_completed", detail: dict[str, Any] | None = None) -> SessionReport:
    data = {
        "events": [{"type": "close", "error": None, "reason": reason, "created_at": 1.0}],
        "chat_history": {"items": []},
        "parley": {"turns": [], "close_detail": detail or {}},
    }
    folder = Path.cwd() / "sessions" / "one"
    return SessionReport(
        data, folder, folder / "report.json", folder / "audio.wav", Path("sessions/dump.txt")
    )


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """The command takes over the process's log; give it back."""
    yield
    logger.remove()
    logger.add(io.StringIO())


def _run(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome | BaseException, *arguments: str
) -> tuple[Result, list[BotConfig]]:
    played: list[BotConfig] = []

    async def play(config: BotConfig, screen: DemoScreen, **labels: Any) -> Outcome:
        played.append(config)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr("bot.demo.play.play", play)
    monkeypatch.setattr("bot.demo.voice.require_voice", lambda: None)
    return CliRunner().invoke(build(["demo"]), ["demo", *arguments]), played


def test_a_script_played_to_its_end_is_exit_code_0(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = _run(monkeypatch, Outcome(_report()))
    assert result.exit_code == 0, result.output
    assert f"report    {Path('sessions/one/report.json')}" in result.output
    assert f"recording {Path('sessions/one/audio.wav')}" in result.output
    assert f"dump      {Path('sessions/dump.txt')}" in result.output


def test_a_script_not_played_to_its_end_is_exit_code_1_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result, _ = _run(monkeypatch, Outcome(_report(), missed="nobody answered"))
    assert result.exit_code == 1
    assert "not played to its end: nobody answered" in result.output


def test_ctrl_c_is_exit_code_130_with_the_report_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result, _ = _run(monkeypatch, Outcome(_report("job_shutdown"), stopped=True))
    assert result.exit_code == 130
    assert "report.json" in result.output


def test_ctrl_c_before_the_call_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = _run(monkeypatch, KeyboardInterrupt())
    assert result.exit_code == 130
    assert "stopped before there was a report" in result.output


def test_without_the_extra_there_is_one_line_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.demo.voice.load_library", _missing)
    result = CliRunner().invoke(build(["demo"]), ["demo"])
    assert result.exit_code == 2
    assert result.output.splitlines() == ["piper is missing; install the extra"]


def _missing(module: str) -> None:
    raise MissingExtraError(f"{module} is missing; install the extra")


def test_an_unknown_configuration_is_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    result, played = _run(monkeypatch, Outcome(_report()), "--config", "no-such")
    assert result.exit_code == 2
    assert "no-such" in result.output
    assert not played


def test_the_call_is_recorded_and_dumped_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, (config,) = _run(monkeypatch, Outcome(_report()))
    assert config.log.audio
    assert config.log.dump == Path("sessions/session_dump.txt")
    assert config.name == "local"
    _, (config,) = _run(monkeypatch, Outcome(_report()), "--no-recording")
    assert not config.log.audio


def test_a_dump_named_by_the_configuration_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: local\nlog: {dump: calls.txt}\n")
    _, (config,) = _run(monkeypatch, Outcome(_report()), "--config", str(file))
    assert config.log.dump == Path("calls.txt")


def test_a_call_that_failed_says_what_failed() -> None:
    console = Console(file=io.StringIO(), record=True, width=100)
    report = _report("error", {"what": "the model cannot be loaded"})
    show_summary(Outcome(report, missed="the call ended (error) before the greeting"), console)
    assert "the call failed: the model cannot be loaded" in console.export_text()
