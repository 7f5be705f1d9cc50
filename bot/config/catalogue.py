"""Which providers there are, by the short names a person writes.

The list is Pipecat's own registry, the one behind `pipecat init`, so a service that a Pipecat
release adds is known here without a line of ours. Only data is read: no service is imported, which
takes a quarter of a second for the first name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.config.entry import Entry
from bot.config.nearest import did_you_mean
from bot.config.unlisted import UNLISTED, completed

if TYPE_CHECKING:
    from pipecat.cli.registry.service_metadata import ServiceDefinition

    from bot.config.schema import Slot

_IMPORT = re.compile(r"from (?P<module>[\w.]+) import (?P<names>[\w, ]+)")
_VARIABLE = re.compile(r'(\w+)=os\.getenv\("(\w+)"')


def find(slot: Slot, provider: str) -> Entry | None:
    """Return the provider of that short name, or None.

    Case, "-" against "_", and the slot at the end do not matter: "deepgram", "Deepgram" and
    "deepgram_stt" are one provider.
    """
    return _index(slot).get(_folded(slot, provider))


def of_class(slot: Slot, cls: type) -> Entry | None:
    """Return the provider that has exactly this class, or None; a subclass is someone else's."""
    for entry in entries(slot):
        if (entry.module, entry.class_name) == (cls.__module__, cls.__qualname__):
            return entry
    return None


def of_vendor(slot: Slot, cls: type) -> Entry | None:
    """Return the provider whose vendor this class is of: another class of the same module.

    Vendors have an HTTP variant beside the one that is listed, with the same key.
    """
    beside = (entry for entry in entries(slot) if entry.module == cls.__module__)
    return of_class(slot, cls) or next(beside, None)


def unknown_provider(slot: Slot, provider: str) -> tuple[str, str]:
    """Return the problem and the hint for a name that is no provider of the slot."""
    names = [entry.name for entry in entries(slot)]
    hint = did_you_mean(provider.replace("_", "-"), names, kind=f"{slot} providers")
    if hint.startswith("known"):
        hint += ", or 'module:Class'"
    return f"unknown {slot} provider '{provider}'", hint


@functools.cache
def entries(slot: Slot) -> tuple[Entry, ...]:
    """Return all providers of a slot by name: Pipecat's registry and what it leaves out."""
    from pipecat.cli.registry.service_metadata import ServiceRegistry

    definitions = {
        "stt": ServiceRegistry.STT_SERVICES,
        "llm": ServiceRegistry.LLM_SERVICES,
        "tts": ServiceRegistry.TTS_SERVICES,
        "realtime": ServiceRegistry.REALTIME_SERVICES,
    }[slot]
    listed = [_entry(slot, definition) for definition in definitions]
    return tuple(sorted([*UNLISTED[slot], *listed], key=lambda entry: entry.name))


def _entry(slot: Slot, definition: ServiceDefinition) -> Entry:
    from pipecat.cli.registry.service_metadata import ServiceRegistry

    imports = (_IMPORT.fullmatch(line) for line in ServiceRegistry.IMPORTS[definition.value])
    wanted = (definition.class_name or [""])[0]
    found = next(each for each in imports if each and wanted in each["names"].split(", "))
    held = _VARIABLE.findall(ServiceRegistry.SERVICE_CONFIGS[definition.value])
    entry = Entry(
        name=_shown_name(slot, definition.value),
        module=found["module"],
        class_name=wanted,
        package=definition.package,
        variables={taker: (variable,) for taker, variable in held},
        defaults=definition.param_defaults or {},
    )
    return completed(entry)


def _shown_name(slot: Slot, value: str) -> str:
    # "openai" alone is the LLM; a realtime model is called by its whole name.
    short = value if slot == "realtime" else value.removesuffix(f"_{slot}")
    return short.replace("_", "-")


@functools.cache
def _index(slot: Slot) -> Mapping[str, Entry]:
    """Map folded names to entries; a module's path (`google`) serves as a second name."""
    names = {_folded(slot, entry.name): entry for entry in entries(slot)}
    vendors: dict[str, list[Entry]] = {}
    for entry in entries(slot):
        inner = entry.module.removeprefix("pipecat.services.").removesuffix(f".{slot}")
        vendors.setdefault(_folded(slot, inner.replace(".", "_")), []).append(entry)
    for vendor, sharing in vendors.items():
        if len(sharing) == 1:
            names.setdefault(vendor, sharing[0])
    return names


def _folded(slot: str, name: str) -> str:
    return name.casefold().replace("-", "_").removesuffix(f"_{slot}")
