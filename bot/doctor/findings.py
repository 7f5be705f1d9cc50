"""What a check says: one thing that is well, doubtful or wrong, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How bad it is: only what has failed keeps a call from working."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Attributes:
        check: Which check says it: "versions", "config", "keys", "disk", "port", "udp", "models"
            or "online".
        status: How bad it is.
        message: What was found; for a failure, its cause.
        remedy: What to do about it; empty where nothing is to be done.
    """

    check: str
    status: Status
    message: str
    remedy: str = ""


Tell = Callable[[Finding], None]
"""Takes a finding as soon as it is made."""


def ok(check: str, message: str) -> Finding:
    """Say that something is well."""
    return Finding(check, Status.OK, message)


def warning(check: str, message: str, remedy: str = "") -> Finding:
    """Say that something may be wrong, though calls can work."""
    return Finding(check, Status.WARNING, message, remedy)


def failed(check: str, message: str, remedy: str) -> Finding:
    """Say that something keeps calls from working, and the way out."""
    return Finding(check, Status.FAILED, message, remedy)
