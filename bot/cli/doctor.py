"""`parley doctor`: find out what keeps calls from working, before somebody calls."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.terminal.findings import FindingsView

_PIPE_WIDTH = 110
_STOPPED = 130


def command(
    config: Annotated[
        str | None,
        typer.Option("--config", "-c", help="A YAML file, or the name of a shipped configuration."),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the providers about keys, models and voices.")
    ] = False,
    port: Annotated[int, typer.Option(help="The port of `parley serve`.", min=0, max=65535)] = 7860,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of lines.")
    ] = False,
) -> None:
    """Check versions, configuration, keys, disk, port, UDP and models, and say what to mend.

    Without --config it is the configuration that `parley serve` would take. Models are really
    loaded, which takes some seconds. Only with --online is anybody asked over the network, and
    nothing that costs money. No key is ever printed.

    Example: parley doctor --config default --online

    Exit code: 0 nothing failed, 1 something failed, 2 wrong usage, 130 Ctrl-C.
    """
    from rich.console import Console

    from bot.terminal.findings import FindingsView, findings_as_json
    from bot.terminal.logs import log_to_stderr
    from bot.terminal.native_stderr import native_stderr_hidden

    log_to_stderr(verbose=False)
    console = Console(quiet=as_json, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(quiet=as_json, width=_PIPE_WIDTH, highlight=False)
    view = FindingsView(console)
    try:
        with native_stderr_hidden(), view:
            view.busy("loading Pipecat")
            _examine(config, port, online, view)
    except KeyboardInterrupt:
        raise typer.Exit(_STOPPED) from None
    view.finish()
    if as_json:
        sys.stdout.write(f"{findings_as_json(view.found)}\n")
    if view.has_failed:
        raise typer.Exit(1)


def _examine(source: str | None, port: int, online: bool, view: FindingsView) -> None:
    from bot.doctor.examine import examine

    asyncio.run(
        examine(source, env=os.environ, port=port, online=online, tell=view.tell, busy=view.busy)
    )
