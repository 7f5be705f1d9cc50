"""A span before it is one of OpenTelemetry's: named by its path, of which its id is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Attributes: TypeAlias = dict[str, str | bool | int | float]


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened at one moment of a span (epoch seconds)."""

    name: str
    at: float
    attributes: Attributes


@dataclass(slots=True)
class Span:
    """One span: `path` names it within its call, `parent` is the path of the one around it.

    `begin` and `end` are epoch seconds; `remote` says that somebody else's server did the work;
    `failed` is the `error.type` of what failed.
    """

    path: str
    parent: str | None
    name: str
    begin: float
    end: float
    attributes: Attributes
    remote: bool = False
    failed: str = ""
    moments: list[Moment] = field(default_factory=list[Moment])

    def enclose(self, inside: list[Span]) -> None:
        """Reach over the spans inside, which may begin before this one's own first moment."""
        self.begin = min([self.begin, *(span.begin for span in inside)])
        self.end = max([self.end, *(span.end for span in inside)])
