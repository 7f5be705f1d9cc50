"""What lies in a call's folder beside its report, as far as somebody may want to have it."""

from __future__ import annotations

import os
from collections.abc import Set

from eventlog.call_folder import LLM_FILE, LOG_FILE, REPORT_FILE
from eventlog.timeline.recording import SOUNDS

DOWNLOADS = {REPORT_FILE: "report", LOG_FILE: "log", LLM_FILE: "requests"}
"""Files by their name, with the word for each."""


def names_in(folder: str) -> set[str]:
    """The names of the files of a folder, links left out; empty if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    except OSError:
        return set()


def kept(names: Set[str]) -> list[tuple[str, str]]:
    """Those of a folder's files that are handed out, the word and the name of each."""
    known = [(word, name) for name, word in DOWNLOADS.items() if name in names]
    return known + [("audio", name) for name in sorted(names) if is_sound(name)]


def is_sound(name: str) -> bool:
    """Whether a file's name is that of a recording."""
    return os.path.splitext(name)[1].lower() in SOUNDS  # noqa: PTH122 - of every file of a tree
