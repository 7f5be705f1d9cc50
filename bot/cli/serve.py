"""`parley serve`: the bot on this machine, with a page to talk to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.labels import GivenLabels, MetadataOption, TagOption, given_labels

if TYPE_CHECKING:
    from bot.config import BotConfig


def command(
    config: Annotated[
        str | None,
        typer.Option("--config", "-c", help="A YAML file, or the name of a shipped configuration."),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 for any free one.", min=0, max=65535)] = 7860,
    tag: TagOption = None,
    metadata: MetadataOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the pipelines do.")
    ] = False,
) -> None:
    """Serve the bot and its page; open the address in a browser and talk.

    Without --config it is `default` if its API keys are in the environment, else `local`, which
    needs no key and no internet. Each call leaves its report in sessions/. Ctrl-C closes the
    calls under way and ends the server.

    Example: parley serve --config local --port 8000
    """
    labels = given_labels(tag, metadata)
    from bot.config import ConfigError
    from bot.serve.choose_config import choose_config
    from bot.terminal.logs import log_to_stderr

    log_to_stderr(verbose=verbose)
    try:
        chosen, why = choose_config(config, os.environ)
        typer.echo(why)
        _serve(chosen, host, port, labels)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _serve(chosen: BotConfig, host: str, port: int, labels: GivenLabels) -> None:
    from rich.console import Console

    from bot.local.installed import LocalProviderError
    from bot.serve.errors import ServeError
    from bot.serve.server import serve

    try:
        serve(
            chosen,
            host=host,
            port=port,
            console=Console(),
            env=os.environ,
            tags=labels.tags,
            metadata=labels.metadata,
        )
    except (ServeError, LocalProviderError) as error:
        typer.echo(f"parley serve: {error}", err=True)
        raise typer.Exit(1) from None
