"""The turn options whose behaviour is fixed in this version, in one table.

The session report tells the options in force. An option that could be set and then did nothing
would make every report a lie, so another value is refused until its behaviour exists: the day it
does, its line goes from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

IN_FORCE: Mapping[str, bool | int | float | None] = MappingProxyType(
    {
        "allow_interruptions": True,
        "discard_audio_if_uninterruptible": True,
        "min_interruption_words": 0,
        "min_consecutive_speech_delay": 0.0,
        "preemptive_generation": False,
        "resume_false_interruption": False,
        "false_interruption_timeout": None,
    }
)
