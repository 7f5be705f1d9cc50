"""The page of a call: its HTML, style and modules, with the call's story and sound as data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventlog.onefile import OneFilePage

if TYPE_CHECKING:
    from eventlog.timeline.embedding import Embedded

PAGE = Path(__file__).parent / "page"

TIMELINE = OneFilePage(
    PAGE, sorted(PAGE.glob("*.css")), sources={"media-src": "'self' file: blob:"}
)


def render(story: dict[str, Any], sound: Embedded | None = None) -> str:
    """The page of a story, with its sound inside if one is given."""
    inside = {"type": sound.media_type, "base64": sound.base64} if sound else None
    return TIMELINE.render(data=story, sound=inside)


def modules() -> tuple[str, ...]:
    """The names of the page's modules, each after those that it imports."""
    return TIMELINE.modules
