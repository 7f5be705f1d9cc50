"""One provider as `parley providers` tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.config.catalogue import entries
from bot.config.entry import Entry
from bot.listing.abilities import Abilities, abilities
from bot.listing.installed import importable

if TYPE_CHECKING:
    from bot.config.schema import Slot

_SETTINGS = ("model", "voice")
"""What the registry fills in as settings; all else that it fills in are constructor arguments."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, what it needs and what it can do.

    Attributes:
        slot: which of the services it is.
        entry: its name, class and variables.
        installed: whether its module can be imported here.
        abilities: what its class does.
    """

    slot: Slot
    entry: Entry
    installed: bool
    abilities: Abilities

    @property
    def keys(self) -> list[str]:
        """The environment variables of its keys and addresses, alternatives with a "|"."""
        held = self.entry.variables.items()
        named = ["|".join(names) for taker, names in held if taker not in _SETTINGS]
        return list(dict.fromkeys([*named, *self.entry.ambient]))

    @property
    def extra(self) -> str:
        """The extra of the package that has what it needs ("deepgram"), empty for none."""
        return self.entry.package.partition("[")[2].rstrip("]")

    def as_json(self) -> dict[str, Any]:
        """Return it as plain builtins."""
        entry = self.entry
        told: dict[str, Any] = {
            "slot": self.slot,
            "name": entry.name,
            "class": entry.reference,
            "keys": self.keys,
            "settings": {
                taker: list(names) for taker, names in entry.variables.items() if taker in _SETTINGS
            },
            "extra": self.extra or None,
            "installed": self.installed,
            "install": entry.install or None,
        }
        if self.slot == "stt":
            told["interim_transcripts"] = _known(self.abilities.interims)
            told["turn_detection"] = self.abilities.turns
            told["eager_turns"] = _known(self.abilities.eager_turns)
        elif self.slot == "tts":
            told["word_times"] = _known(self.abilities.word_times)
        return told


def providers(slot: Slot) -> list[Provider]:
    """Return all providers of a slot, by name."""
    return [
        Provider(slot, entry, importable(entry.module), abilities(slot, entry))
        for entry in entries(slot)
    ]


def _known(value: bool | None) -> bool | str:
    return "unknown" if value is None else value
