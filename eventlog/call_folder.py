"""The folder of one call: what it is called, how it is made, and what lies in it.

The name comes from an id that somebody outside may have chosen, so it never leads anywhere else.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

REPORT_FILE = "report.json"
JOURNAL_FILE = "journal.jsonl"
TIMELINE_FILE = "timeline.html"
LOG_FILE = "log.txt"
LLM_FILE = "llm.jsonl"

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def folder_name(session_id: str) -> str:
    """Return the name of a call's folder: the id itself, or its hash if it might lead elsewhere."""
    if _SAFE_ID.fullmatch(session_id):
        return session_id
    return hashlib.sha256(session_id.encode(errors="surrogatepass")).hexdigest()[:32]


def numbered(name: str, number: int) -> str:
    """Return the name of the folder of the `number`-th call (from 1) that has the same id."""
    return name if number == 1 else f"{name}-{number}"


def make_folder(directory: Path, name: str) -> Path:
    """Make the folder of one call (mode 0700); a second call with the same id gets a number.

    Raises:
        OSError: The folder cannot be made.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1
    while True:
        folder = directory / numbered(name, number)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return folder.resolve()
