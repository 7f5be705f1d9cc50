"""The tags and metadata of one call: the configuration's, and those of whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from eventlog.labels import MOST, fitting

if TYPE_CHECKING:
    from bot.attached.config import AttachConfig
    from bot.config import BotConfig


@dataclass(frozen=True)
class Labels:
    """What the report of a call is found by.

    Attributes:
        tags: Sorted, each once.
        metadata: Flat.
        lost: How many tags and values were out of bounds and are left out.
    """

    tags: list[str]
    metadata: dict[str, Any]
    lost: int = 0

    @classmethod
    def of(
        cls,
        config: BotConfig | AttachConfig,
        tags: Iterable[object],
        metadata: Mapping[str, Any] | None,
    ) -> Labels:
        """Put the call's own beside those of the configuration, which has been checked."""
        own_tags, own_metadata, lost = fitting(list(tags), metadata)
        # Those of the configuration first: nobody from outside can push them out.
        every_tag = list(dict.fromkeys([*config.tags, *own_tags]))
        every = {**config.metadata, **own_metadata}
        lost += max(0, len(every_tag) - MOST) + max(0, len(every) - MOST)
        return cls(sorted(every_tag[:MOST]), dict(list(every.items())[:MOST]), lost)

    def tell_losses(self, lose: Callable[[str, str, int], None]) -> None:
        """Count what was left out."""
        if self.lost:
            lose("labels", "tags or metadata out of bounds are left out", self.lost)


def labels_of(body: object) -> tuple[list[object], dict[str, Any]]:
    """Return `tags` and `metadata` of a start request's body, unchecked; both may be anything."""
    if not isinstance(body, Mapping):
        return [], {}
    said = cast("Mapping[str, Any]", body)
    tags, metadata = said.get("tags"), said.get("metadata")
    # What is no list is one thing that cannot be a tag, and counted as such.
    given = cast("list[object]", tags) if isinstance(tags, list) else [] if tags is None else [None]
    if metadata is None or isinstance(metadata, Mapping):
        return list(given), dict(cast("Mapping[str, Any]", metadata or {}))
    return list(given), {"": None}
