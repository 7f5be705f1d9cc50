"""`parley demo`: a whole spoken call on this machine, to see and hear what Parley does."""

from __future__ import annotations

import asyncio
import sys
from contextlib import redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.labels import GivenLabels, MetadataOption, TagOption, given_labels

if TYPE_CHECKING:
    from rich.console import Console

    from bot.config import BotConfig
    from bot.demo.play import Outcome
    from bot.demo.screen import DemoScreen

DUMP_NAME = "session_dump.txt"
# A pipe has no width; this one holds the table.
_PIPE_WIDTH = 110
_STOPPED = 130


def command(
    config: Annotated[
        str, typer.Option(help="A YAML file, or the name of a shipped configuration.")
    ] = "local",
    recording: Annotated[bool, typer.Option(help="Record the call to audio.wav.")] = True,
    plain: Annotated[
        bool, typer.Option("--plain", help="Print one line a moment, also on a terminal.")
    ] = False,
    tag: TagOption = None,
    metadata: MetadataOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the pipeline does.")
    ] = False,
) -> None:
    """Hold a spoken call on this machine, with a simulated caller: no key, no network.

    The caller is greeted, asks, cuts the bot off and says goodbye, in real time. The call's report
    and recording lie in sessions/ at the end, and the report is appended to the dump file. Ctrl-C
    ends the call and keeps its report.

    Example: parley demo --plain | tee demo.txt

    Exit code: 0 the script was played to its end, 1 it was not, 2 it cannot start, 130 Ctrl-C.
    """
    labels = given_labels(tag, metadata)
    from bot.config import ConfigError
    from bot.local.installed import MissingExtraError

    console = _console()
    _log(console, verbose=verbose)
    try:
        outcome = _play(_chosen(config, recording), console, labels, plain=plain or verbose)
    except (ConfigError, MissingExtraError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("stopped before there was a report", err=True)
        raise typer.Exit(_STOPPED) from None
    _finish(outcome, console)


def _console() -> Console:
    from rich.console import Console

    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:  # what the encoding of a pipe lacks is shown as an escape
        reconfigure(errors="backslashreplace")
    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else Console(width=_PIPE_WIDTH, highlight=False)


def _chosen(source: str, recording: bool) -> BotConfig:
    from bot.config import load_config
    from bot.demo.voice import require_voice

    config = load_config(source)
    require_voice()
    dump = config.log.dump or config.log.directory / DUMP_NAME
    log = config.log.model_copy(update={"audio": recording, "dump": Path(dump)})
    return config.model_copy(update={"log": log})


def _log(console: Console, *, verbose: bool) -> None:
    from rich.file_proxy import FileProxy

    from bot.terminal.logs import log_to_stderr

    # A warning in the middle of the call goes above what is redrawn, not through it.
    with redirect_stderr(FileProxy(console, sys.stderr) if console.is_terminal else sys.stderr):
        log_to_stderr(verbose=verbose)


def _play(config: BotConfig, console: Console, labels: GivenLabels, *, plain: bool) -> Outcome:
    from bot.demo.screen import DemoScreen

    with DemoScreen(console, plain=plain) as screen:
        _load_pipeline(screen)
        from bot.demo.play import play

        return asyncio.run(play(config, screen, tags=labels.tags, metadata=labels.metadata))


def _load_pipeline(screen: DemoScreen) -> None:
    """Import Pipecat, which takes seconds, where somebody can see it."""
    import importlib
    import time

    from bot.models import ModelProgress, ModelState

    begun = time.perf_counter()
    screen.load(ModelProgress("pipeline", ModelState.LOADING, 0.0))
    importlib.import_module("bot.demo.play")
    screen.load(ModelProgress("pipeline", ModelState.READY, time.perf_counter() - begun))


def _finish(outcome: Outcome, console: Console) -> None:
    from bot.demo.summary import show_summary

    show_summary(outcome, console)
    if outcome.stopped:
        raise typer.Exit(_STOPPED)
    if outcome.missed is not None:
        raise typer.Exit(1)
