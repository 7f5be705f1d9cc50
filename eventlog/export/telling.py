"""What the commands of many calls tell beside what they export."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from eventlog.plaintext import say
from eventlog.stats.command import tell_unreadable

if TYPE_CHECKING:
    from eventlog.export.calls import Calls


def tell_left_out(calls: Calls) -> None:
    """Say on stderr what could not be read, and how many reports were copies."""
    tell_unreadable(calls.unreadable)
    if calls.twice:
        again = counted(calls.twice, "report")
        say(sys.stderr, f"{again} of calls that had come before, left out")


def counted(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def failed(problem: str) -> int:
    """Say why nothing was exported; the exit code 1."""
    say(sys.stderr, problem)
    return 1
