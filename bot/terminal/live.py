"""A call as it happens: a transcript that grows, and below it where both sides stand.

On a terminal the moments scroll up above three lines that are redrawn; into a pipe, where nothing
can be redrawn, each moment is one line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bot.terminal.conversation import Conversation, EventDict, Line
from eventlog.plaintext import clean

_STYLES = {
    "user": "bold cyan",
    "agent": "bold green",
    "tool": "magenta",
    "error": "bold red",
    "call": "bold",
    "caller": "yellow",
}
_STATE_STYLES = {"speaking": "bold", "thinking": "yellow", "listening": "dim", "away": "red"}
_REDRAWS_PER_SECOND = 8


class LiveView:
    """Shows a call from its events; a context manager, which gives the terminal back at the end.

    Args:
        console: Where to.
        plain: One line a moment, also on a terminal.
        clock: Epoch seconds, for the time that has passed.
    """

    def __init__(
        self, console: Console, *, plain: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._console = console
        self._clock = clock
        self._conversation = Conversation()
        self._plain = plain or not console.is_terminal
        self._live = Live(
            console=console,
            get_renderable=self._status,
            refresh_per_second=_REDRAWS_PER_SECOND,
            transient=True,
        )

    def __enter__(self) -> Self:
        if not self._plain:
            self._live.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._plain:
            self._live.stop()

    def take(self, event: EventDict) -> None:
        """Show one event, given in the log's JSON form."""
        for line in self._conversation.take(event):
            self._show(line)

    def tell(self, who: str, text: str) -> None:
        """Show something that the log does not tell, such as what a simulated caller really says.

        Args:
            who: In a word, for the column of speakers.
            text: What to show.
        """
        self._show(Line(self._clock(), who, text))

    def _show(self, line: Line) -> None:
        if self._plain:
            # One moment, one line: what reads a pipe reads lines.
            self._console.print(self._one_line(line), soft_wrap=True)
        elif line.said or line.who not in ("user", "agent"):
            grid = Table.grid(padding=(0, 1))
            grid.add_row(self._time(line.at), self._speaker(line.who), _words(line))
            self._console.print(grid)

    def _one_line(self, line: Line) -> Text:
        return Text(" ").join([self._time(line.at), self._speaker(line.who), _words(line)])

    def _status(self) -> RenderableType:
        call = self._conversation
        if call.closed is not None:
            return Text("")
        grid = Table.grid(padding=(0, 1))
        grid.add_row(self._time(self._clock()), self._speaker("user"), _side(call.user, "green"))
        if call.hearing:
            grid.add_row("", "", Text(f"\u201c{clean(call.hearing)}\u2026\u201d", "italic cyan"))
        grid.add_row("", self._speaker("agent"), _side(call.agent, "green"))
        return grid

    def _time(self, at: float) -> Text:
        began = self._conversation.began_at
        minutes, seconds = divmod(max(0.0, at - (at if began is None else began)), 60)
        return Text(f"{int(minutes):02d}:{seconds:04.1f}", "dim")

    def _speaker(self, who: str) -> Text:
        return Text(f"{who:<6}", _STYLES.get(who, ""))


def _side(state: str, speaking: str) -> Text:
    mark = ("\u25cf ", speaking) if state == "speaking" else ("\u25cb ", "dim")
    return Text.assemble(mark, (state, _STATE_STYLES.get(state, "")))


def _words(line: Line) -> Text:
    words = Text(clean(line.text), "" if line.said else "dim")
    if line.cut:
        words.append(" [cut off]", "yellow")
    return words
