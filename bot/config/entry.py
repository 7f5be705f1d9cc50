"""What is known of a provider before its class is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider of one slot.

    Attributes:
        name: its short name ("deepgram-flux").
        module: where its class lives.
        class_name: the name of its class.
        package: what must be installed for it ("pipecat-ai[deepgram]").
        variables: constructor argument or setting → the environment variables that may hold it, the
            one to name first, by the conventions of Pipecat's project generator.
        ambient: variables that the vendor's own library reads. It looks in other places too, so
            none of them has to be set.
        defaults: settings the generator fills in where the class has no default.
    """

    name: str
    module: str
    class_name: str
    package: str
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    ambient: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def reference(self) -> str:
        """The stable form of its name, "module:Class"."""
        return f"{self.module}:{self.class_name}"

    @property
    def install(self) -> str:
        """The command that installs what it needs; empty where Pipecat's core has all of it."""
        return f'uv pip install "{self.package}"' if "[" in self.package else ""
