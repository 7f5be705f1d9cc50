"""How the calls of a server ended, remembered for their pages.

A page asks when it sees its connection go, and nobody but the server could tell it: not even a
server that is about to end, which therefore waits a little to be asked.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.session import SessionReport

# Pages ask at once.
_KEPT = 200


@dataclass(frozen=True)
class Ending:
    """How a call ended, for its page.

    Attributes:
        session: The call's id.
        close_reason: Why, in the schema's words.
        who: Who was behind it, as the report has it; empty if it says nothing.
        what: What was behind it; empty if the report says nothing.
        folder: The name of the folder that its report lies in; empty if it could not be written.
        told: What the page was not told any more, as it would have been.
    """

    session: str
    close_reason: str
    who: str
    what: str
    folder: str = ""
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @classmethod
    def of(cls, session: str, report: SessionReport, told: list[dict[str, Any]]) -> Ending:
        """Return the ending that a report tells of."""
        parley: dict[str, Any] = report.data.get("parley") or {}
        detail: dict[str, Any] = parley.get("close_detail") or {}
        return cls(
            session,
            report.close_reason,
            str(detail.get("who", "")),
            str(detail.get("what", "")),
            report.path.parent.name if report.path else "",
            told,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


class Endings:
    """The latest endings, and which of them a page has asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Ending] = OrderedDict()
        self._asked: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def keep(self, ending: Ending) -> None:
        """Remember one, and forget the oldest if there are many."""
        self._kept[ending.session] = ending
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def of(self, session: str) -> Ending:
        """Return how a call ended.

        Raises:
            KeyError: No ending is known of such a call.
        """
        return self._kept[session]

    def asked(self, session: str) -> None:
        """Note that the page of a call asks."""
        self._asked[session].set()

    async def until_asked(self, sessions: list[str], within: float) -> None:
        """Wait until the pages of these calls have asked, but no longer than so many seconds."""
        waiting = [asyncio.create_task(self._asked[session].wait()) for session in sessions]
        if waiting:
            await asyncio.wait(waiting, timeout=within)
        for task in waiting:
            task.cancel()
