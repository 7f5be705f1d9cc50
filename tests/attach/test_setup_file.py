"""The setup file: which workers get a recorder, and what the environment says of it."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.utils.startup import run_setup_hook
from typer.testing import CliRunner

from bot import AttachedCall, Call, load_config
from bot.attached import call as attached_call
from bot.attached.call import AttachError, attach
from bot.cli import build
from bot.memory import MemoryTransport
from processors.pipeline_end import PipelineEnd
from tests.attach.plain_bot import PlainBot
from tests.attach.story import left_in
from tests.serve.config import scripted


@contextlib.contextmanager
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level="WARNING")
    try:
        yield lines
    finally:
        logger.remove(sink)


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for logs, with the setup file in force."""
    path = CliRunner().invoke(build(["attach"]), ["attach"]).output.strip()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIPECAT_SETUP_FILES", path)
    return tmp_path


def configure(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Name a configuration of this text."""
    Path("recorder.yaml").write_text(text)
    monkeypatch.setenv("PARLEY_CONFIG", "recorder.yaml")


async def setup_by_pipecat(worker: PipelineWorker) -> AttachedCall | None:
    """What Pipecat does with a worker at its set-up; the recorder it has then."""
    await run_setup_hook(target=worker, function_name="setup_pipeline_worker")
    return attached_call._attached.get(worker)


async def test_a_worker_with_a_transport_is_recorded_where_the_environment_says(
    setup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_LOG_DIR", str(setup / "logs"))
    call = await setup_by_pipecat(PlainBot().worker)
    assert call is not None
    assert call.folder == setup / "logs" / call.session


async def test_by_default_logs_go_below_the_working_directory(setup: Path) -> None:
    call = await setup_by_pipecat(PlainBot().worker)
    assert call is not None
    assert call.folder == setup / "sessions" / call.session


async def test_a_configuration_is_taken_from_the_file_that_is_named(
    setup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, "log: {directory: there}")
    call = await setup_by_pipecat(PlainBot().worker)
    assert call is not None
    assert call.folder == setup / "there" / call.session


async def test_a_wrong_configuration_is_said_and_costs_only_the_record(
    setup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, "stt: {provider: deepgram}")
    with logged() as lines:
        assert await setup_by_pipecat(PlainBot().worker) is None
    [line] = lines
    assert "This call is not recorded" in line
    assert "the bot brings its own stt" in line


async def test_a_worker_that_only_helps_another_is_not_recorded(setup: Path) -> None:
    assert await setup_by_pipecat(PipelineWorker(Pipeline([]))) is None
    assert left_in(setup) == []


async def test_a_call_of_parleys_own_is_recorded_once(setup: Path) -> None:
    transport = MemoryTransport()
    worker = PipelineWorker(Pipeline([transport.input(), transport.output(), PipelineEnd()]))
    assert await setup_by_pipecat(worker) is None
    with pytest.raises(AttachError, match="recorded already"):
        attach(worker)


@pytest.mark.slow
async def test_a_call_of_parleys_own_runs_beside_the_setup_file(setup: Path) -> None:
    transport = MemoryTransport()
    call = Call(load_config(scripted(setup)), transport)

    async def caller() -> None:
        await transport.far_end.join()
        await transport.far_end.connected()
        await transport.far_end.leave()

    with logged() as lines:
        report, _ = await asyncio.gather(call.run(), caller())
    assert report.data["parley"]["attached"] is False
    assert left_in(setup / "sessions") == [report.data["job_id"]]
    assert [line for line in lines if "setup file" in line] == []


async def test_pipecat_has_nothing_to_warn_of(setup: Path) -> None:
    with logged() as lines:
        await run_setup_hook(target=object(), function_name="setup_worker_runner")
    assert lines == []
