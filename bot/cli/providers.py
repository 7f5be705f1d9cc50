"""`parley providers`: what may stand after `provider:`, and what each of them needs and can do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from bot.config.schema import Slot
    from bot.listing.provider import Provider

_SLOTS: tuple[Slot, ...] = ("stt", "llm", "tts", "realtime")
_NAME_WIDTH = 19
_KEY_WIDTH = {"stt": 21, "llm": 32, "tts": 28, "realtime": 30}
"""Columns of a table that is to fit 80 characters; what is longer is broken at a joint."""
_LEGEND = """\
✓ installed; - not installed: uv pip install "pipecat-ai[EXTRA]"
turns: finds the user's turns itself (option: if its arguments ask; eager: early)
Any other class is named 'module:Class'."""


def command(
    slot: Annotated[
        str | None, typer.Argument(help="stt, llm, tts or realtime; all by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    installed: Annotated[
        bool, typer.Option("--installed", help="Only those that can be used as it is.")
    ] = False,
) -> None:
    """List the providers by name, with the variables of their keys and what they can do."""
    from loguru import logger

    logger.disable("pipecat")
    from bot.listing.provider import providers

    listed: dict[Slot, list[Provider]] = {each: providers(each) for each in _asked(slot)}
    shown: dict[Slot, list[Provider]] = {
        each: [provider for provider in found if provider.installed or not installed]
        for each, found in listed.items()
    }
    if as_json:
        import json

        told = [provider.as_json() for found in shown.values() for provider in found]
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return
    _draw(listed, shown)


def _asked(slot: str | None) -> list[Slot]:
    found: list[Slot] = [each for each in _SLOTS if slot in (None, each)]
    if found or slot is None:
        return found
    from bot.config.nearest import did_you_mean

    hint = did_you_mean(slot, _SLOTS, kind="slots")
    sys.stderr.write(f"there is no slot '{slot}'; {hint}\n")
    raise typer.Exit(2)


def _draw(listed: dict[Slot, list[Provider]], shown: dict[Slot, list[Provider]]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for slot, found in listed.items():
        there = sum(provider.installed for provider in found)
        console.print(_table(slot, f"{slot}: {len(found)}, {there} installed", shown[slot]))
    console.print(_LEGEND, style="dim", markup=False)


def _table(slot: Slot, title: str, found: list[Provider]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("provider", no_wrap=True, style="bold")
    table.add_column("keys", no_wrap=True)
    table.add_column("extra", no_wrap=True)
    for heading in {"stt": ("interim", "turns"), "tts": ("word times",), "llm": (), "realtime": ()}[
        slot
    ]:
        table.add_column(heading, no_wrap=True)
    width = _KEY_WIDTH[slot]
    for provider in found:
        table.add_row(
            "\n".join(_broken(provider.entry.name, "-", _NAME_WIDTH)),
            "\n".join(line for key in provider.keys for line in _broken(key, "_", width)) or "-",
            ("✓ " if provider.installed else "- ") + provider.extra.replace(",", ",\n  "),
            *_abilities(provider),
            style=None if provider.installed else "dim",
        )
    return table


def _abilities(provider: Provider) -> tuple[str, ...]:
    able = provider.abilities
    if provider.slot == "tts":
        return (_said(able.word_times),)
    if provider.slot == "stt":
        return (_said(able.interims), "eager" if able.eager_turns else able.turns)
    return ()


def _said(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _broken(text: str, joint: str, width: int) -> Iterator[str]:
    """Yield a text in lines that fit, each but the last ending at a joint."""
    while len(text) > width:
        cut = max(text.rfind(each, 0, width) for each in (joint, "|")) + 1 or width
        yield text[:cut]
        text = text[cut:]
    yield text
