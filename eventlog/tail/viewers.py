"""Where a watched call is shown: lines for a person, events for a program."""

from __future__ import annotations

import json
import sys
from typing import Any

from eventlog.moments import Moment
from eventlog.show import Terminal, show_moments


class LineViewer:
    """Prints moments; on a terminal in colours and wrapped beside their column."""

    def __init__(self) -> None:
        self._console = Terminal(highlight=False, markup=False, emoji=False)

    def show(self, moments: list[Moment], begin: float) -> None:
        """Print a line a moment."""
        if moments:
            show_moments(moments, begin, self._console)
            sys.stdout.flush()

    def pass_on(self, events: list[dict[str, Any]]) -> None:
        """Nothing: a person gets moments."""


class JsonViewer:
    """Prints events as the report has them, one a line."""

    def show(self, moments: list[Moment], begin: float) -> None:
        """Nothing: a program gets events."""

    def pass_on(self, events: list[dict[str, Any]]) -> None:
        """Print them at once; all of it is ASCII, its controls escaped."""
        sys.stdout.writelines(json.dumps(event) + "\n" for event in events)
        sys.stdout.flush()
