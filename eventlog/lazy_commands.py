"""A group of commands of which only the one that is run is imported.

Typer reads the parameters of every command of a group when the group is called, and imports
pydantic for that. With a dozen commands this took longer than to draw a call or to count a
thousand of them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any, NamedTuple, ParamSpec

import typer
from typer.core import TyperGroup

P = ParamSpec("P")


class Lazy(NamedTuple):
    """A command that is not imported yet.

    Attributes:
        module: Where it is; its `HELP`, if it has one, is the command's.
        name: The function that returns the exit code, or a typer app of commands below this one.
        line: What the group's listing says of it.
    """

    module: str
    name: str
    line: str

    def load(self) -> Any:
        """Import the command and return it as the command line's own."""
        module = import_module(self.module)
        found = getattr(module, self.name)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(help=getattr(module, "HELP", None))(quietly(found))
        return typer.main.get_command(app)


def lazy_group(commands: Mapping[str, Lazy], **settings: Any) -> typer.Typer:
    """Return a group that lists the commands and imports what is run.

    Args:
        commands: The commands by their names.
        settings: What else typer is to know of the group.
    """

    class Group(TyperGroup):
        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            known = commands.get(name or "")
            return name, command if known is None else known.load(), rest

    app = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None, **settings)
    for name, command in commands.items():
        app.command(name, help=command.line)(_not_loaded)
    return app


def quietly(command: Callable[P, int]) -> Callable[P, None]:
    """Ends with the command's exit code; Ctrl-C and a closed pipe end it without a word."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:  # what a terminal's encoding lacks is shown as an escape
                reconfigure(errors="backslashreplace")
        try:
            code = command(*args, **kwargs)
            sys.stdout.flush()
        except KeyboardInterrupt:
            raise typer.Exit(128 + signal.SIGINT) from None
        except BrokenPipeError:
            # Python flushes stdout once more when it ends; let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(128 + 13) from None
        raise typer.Exit(int(code))

    return run


def _not_loaded() -> None:
    """Stands in for a command in the listing."""
