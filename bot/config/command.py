"""`parley config`: look at configurations as the bot will see them.

The heavy imports wait until a command runs, since `parley --help` lists these commands too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.config.schema import BotConfig

app = typer.Typer(
    name="config", help="Show, check and compare configurations.", no_args_is_help=True
)

_Source = Annotated[
    str, typer.Option("--config", "-c", help="A YAML file, or a shipped one: default, local, …")
]


@app.command()
def show(
    config: _Source = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of YAML.")] = False,
) -> None:
    """Print the configuration with parents merged and variables filled in; secrets are stars."""
    import json

    import yaml

    with _told_plainly():
        tree = _loaded(config).redacted()
    if as_json:
        text = json.dumps(tree, indent=2, ensure_ascii=False) + "\n"
    else:
        text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=100)
    sys.stdout.write(text)


@app.command()
def check(config: _Source = "default") -> None:
    """Check the configuration, its providers, keys and functions, without starting anything."""
    with _told_plainly():
        loaded = _loaded(config)
        _check(loaded)
    sys.stdout.write(f"{config}: ok ({loaded.digest[:12]})\n")


@app.command()
def diff(
    left: Annotated[str, typer.Argument(help="A YAML file, or a shipped one.")],
    right: Annotated[str, typer.Argument(help="What to compare it with.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the keys that two configurations disagree on; exit code 1 if there are any.

    As `config show` does, it compares what they come to; secrets are stars and do not differ.
    """
    import json

    with _told_plainly():
        from bot.config.difference import differences

        found = differences(_loaded(left), _loaded(right))
    if as_json:
        told = [difference.as_json() for difference in found]
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        for each in found:
            sys.stdout.write(f"{each.key}: {_shown(each.left)} -> {_shown(each.right)}\n")
    if found:
        raise typer.Exit(1)


def _shown(value: object) -> str:
    import json

    from bot.config.difference import ABSENT

    return str(value) if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _loaded(source: str) -> BotConfig:
    from bot.config.load import load_config

    return load_config(source)


def _check(config: BotConfig) -> None:
    from bot.providers.check import check_config

    check_config(config, env=os.environ)


@contextmanager
def _told_plainly() -> Generator[None]:
    """Turn a wrong configuration into its lines on stderr and exit code 2, and hush Pipecat."""
    from loguru import logger

    from bot.config.errors import ConfigError

    logger.disable("pipecat")
    try:
        yield
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from None
    finally:
        logger.enable("pipecat")
