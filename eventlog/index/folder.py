"""What lies in a call's folder beside its report, as far as somebody may want to have it."""

from __future__ import annotations

import os
from pathlib import Path

from eventlog.timeline.recording import SOUNDS

DOWNLOADS = {"report.json": "report", "log.txt": "log", "llm.jsonl": "requests"}
"""Files by their name, with the word for each."""


def kept(folder: Path) -> list[tuple[str, str]]:
    """The word and the name of each such file of a folder; empty if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            names = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    except OSError:
        return []
    known = [(word, name) for name, word in DOWNLOADS.items() if name in names]
    return known + [("audio", name) for name in sorted(names) if is_sound(name)]


def is_sound(name: str) -> bool:
    """Whether a file's name is that of a recording."""
    return Path(name).suffix.lower() in SOUNDS
