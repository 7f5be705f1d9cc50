"""Who serves: which provider did what for a turn, and when another one took over."""

from __future__ import annotations

from collections.abc import Mapping

from eventlog.signals import ProviderSwitched


class Serving:
    """The providers of a call as they change.

    Args:
        providers: Short name of the provider of each slot at the start.

    Attributes:
        switches: Each change, in order.
    """

    def __init__(self, providers: Mapping[str, str]) -> None:
        self._now = dict(providers)
        self.switches: list[ProviderSwitched] = []

    def switched(self, signal: ProviderSwitched) -> None:
        """Another provider serves from here on."""
        self._now[signal.slot] = signal.provider
        self.switches.append(signal)

    def who(self, slot: str) -> str | None:
        """Return who serves a slot now, None if that is not known."""
        return self._now.get(slot) or None
