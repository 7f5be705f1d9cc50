"""One call: its id, and what is left of it on disk at the end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


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
