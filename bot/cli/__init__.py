"""The `parley` command: one module a command, each loaded only when it is run.

`parley --help` must answer at once, so a command is known here by its name and one line, and its
module is imported when its name is the first word of the command line.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.version import __version__

# Command: (module, attribute, one line of help). A typer app becomes a group.
COMMANDS = {
    "demo": ("bot.cli.demo", "command", "Hold a spoken call on this machine: no key, no network."),
    "serve": ("bot.cli.serve", "command", "Serve the bot and its page to a browser."),
    "join": ("bot.cli.join", "command", "Join a Daily room by its URL."),
    "attach": ("bot.cli.attach", "command", "Record the calls of another Pipecat bot."),
    "doctor": ("bot.cli.doctor", "command", "Check this machine, the keys and the models."),
    "config": ("bot.config.command", "app", "Show, check or compare configurations."),
    "providers": ("bot.cli.providers", "command", "List the STT, LLM, TTS and realtime providers."),
    "log": ("eventlog.commands", "app", "Read and check the logs of calls."),
}


def build(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line for `arguments`, with only the command they name imported."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Plain help costs half the time: rich is loaded by the commands that draw with it.
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="A Pipecat voice bot that keeps the minutes of its calls.",
        epilog="Start with `parley demo`. Each command explains itself: `parley COMMAND --help`.",
    )
    app.callback()(_options)
    for name, (module, attribute, line) in COMMANDS.items():
        if list(arguments[:1]) == [name]:
            _add(app, name, getattr(importlib.import_module(module), attribute))
        else:
            app.command(name, help=line)(_unloaded)
    return app


def main() -> None:
    """Run the command line, with what `.env` in the working directory adds to the environment."""
    _load_env(Path.cwd() / ".env")
    build(sys.argv[1:])(prog_name="parley")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"parley {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_tell_version,
                     is_eager=True),
    ] = False,
) -> None:  # fmt: skip
    """Hold what belongs to no command."""


def _load_env(file: Path) -> None:
    if file.is_file():
        from dotenv import load_dotenv

        load_dotenv(file)


def _add(app: typer.Typer, name: str, loaded: Any) -> None:
    if isinstance(loaded, typer.Typer):
        app.add_typer(loaded, name=name)
    else:
        app.command(name)(loaded)


def _unloaded() -> None:
    """Stand in for a command in the listing."""
