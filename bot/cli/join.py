"""`parley join`: take a bot into a Daily room that already exists.

Pipecat's own runner makes or looks up rooms and needs DAILY_API_KEY even for a public one; the URL
of a room, and a token if it is private, are all that joining needs.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from bot.cli.labels import GivenLabels, MetadataOption, TagOption, given_labels

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.session import SessionReport


def command(
    room_url: Annotated[str, typer.Argument(help="https://YOUR-DOMAIN.daily.co/ROOM")],
    token: Annotated[
        str | None,
        typer.Option(envvar="DAILY_ROOM_TOKEN", help="Meeting token, for a private room."),
    ] = None,
    config: Annotated[
        str | None, typer.Option(help="A YAML file, or the name of a shipped configuration.")
    ] = None,
    tag: TagOption = None,
    metadata: MetadataOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the pipeline does.")
    ] = False,
) -> None:
    """Join a Daily room by its URL and talk until everybody has left.

    Needs no DAILY_API_KEY. The call's report lies in sessions/ at the end. Ctrl-C leaves the room.

    Example: parley join https://example.daily.co/standup --config default
    """
    labels = given_labels(tag, metadata)
    from bot.config import ConfigError
    from bot.serve.choose_config import choose_config
    from bot.terminal.logs import log_to_stderr
    from bot.terminal.native_stderr import native_stderr_hidden

    with native_stderr_hidden(hidden=not verbose):
        log_to_stderr(verbose=verbose)
        try:
            chosen, why = choose_config(config)
            typer.echo(why)
            typer.echo(f"Joining {room_url} …")
            report = asyncio.run(_join(chosen, room_url, token, labels))
        except ConfigError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
    _tell(report, room_url)


async def _join(
    config: BotConfig, room_url: str, token: str | None, labels: GivenLabels
) -> SessionReport:
    from pipecat.transports.daily.transport import DailyParams, DailyTransport

    from bot.call import run_call

    params = DailyParams(audio_in_enabled=True, audio_out_enabled=True)
    transport = DailyTransport(room_url, token, config.agent.name, params)
    return await run_call(
        config,
        transport,
        room=_room_name(room_url),
        tags=labels.tags,
        metadata=labels.metadata,
        handle_signals=True,
    )


def _room_name(room_url: str) -> str:
    return urlsplit(room_url).path.strip("/") or room_url


def _tell(report: SessionReport, room_url: str) -> None:
    typer.echo(f"report: {report.path or 'not written'}")
    if report.close_reason == "error":
        what = report.data["parley"]["close_detail"].get("what", "unknown")
        print(f"parley: the call in {room_url} failed: {what}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(1)
