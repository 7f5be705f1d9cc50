"""One call on disk: its id, its folder, and what is left there at the end."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class SessionReport:
    """The report of a finished call and where it lies.

    Attributes:
        data: The report itself, plain builtins in the schema's order.
        folder: The call's folder, None if it could not be made.
        path: The report's file, None if it could not be written.
        audio_path: The recording, None if there is none.
        dump_path: The dump file that the report was appended to, None if there is none.
    """

    data: dict[str, Any]
    folder: Path | None = None
    path: Path | None = None
    audio_path: Path | None = None
    dump_path: Path | None = None

    @property
    def close_event(self) -> dict[str, Any]:
        """The last event of the call."""
        return self.data["events"][-1]

    @property
    def close_reason(self) -> str:
        """Why the call ended, in the schema's words."""
        return str(self.close_event["reason"])

    @property
    def error(self) -> dict[str, Any] | None:
        """The failure that ended the call, None if none did."""
        return self.close_event["error"]


def new_session_id(now: datetime | None = None) -> str:
    """Return an id that sorts by the time of the call and that nobody guesses."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def folder_name(session_id: str) -> str:
    """Return the name of a call's folder: the id itself, or its hash if it might lead elsewhere."""
    if _SAFE_ID.fullmatch(session_id):
        return session_id
    return hashlib.sha256(session_id.encode()).hexdigest()[:32]


def make_folder(directory: Path, name: str) -> Path:
    """Make the folder of one call (mode 0700); a second call with the same id gets a number.

    Raises:
        OSError: The folder cannot be made.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1
    while True:
        folder = directory / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return folder.resolve()
