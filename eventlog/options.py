"""The options of turn-taking that a report names, and which of them somebody has chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eventlog.jsonvalue import as_object
from eventlog.reader import Origin
from eventlog.view import View

DEFAULT_OPTIONS: dict[str, Any] = {
    "allow_interruptions": True,
    "discard_audio_if_uninterruptible": True,
    "min_interruption_duration": 0.5,
    "min_interruption_words": 0,
    "min_endpointing_delay": 0.5,
    "max_endpointing_delay": 3.0,
    "max_tool_steps": 3,
    "user_away_timeout": 15.0,
    "min_consecutive_speech_delay": 0.0,
    "preemptive_generation": False,
}
"""What LiveKit takes where a session says nothing."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option as it was in force; `changed` if it is not what LiveKit takes by itself."""

    name: str
    value: Any
    changed: bool


def options_of(view: View) -> Iterator[Option]:
    """The ten options that both lines of the schema have, in their order, where they are given."""
    options = as_object(view.report.get("options")) or {}
    if (preemptive := as_object(options.get("preemptive_generation"))) is not None:
        options = options | {"preemptive_generation": preemptive.get("enabled")}
    by_default = dict(DEFAULT_OPTIONS)
    if view.origin is Origin.LIVEKIT_NEWER:
        by_default["preemptive_generation"] = True
    for name, default in by_default.items():
        if name in options:
            unknown = view.is_attached and options[name] is None
            yield Option(name, options[name], options[name] != default and not unknown)
