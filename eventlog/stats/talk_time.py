"""How long each side spoke, both did, and neither.

Taken from the changes of state, because they tell also of speech that became no message. So a
user's time has the VAD's hold in it, as far as the writer left it there (LiveKit 1.3 and Parley
report the end of speech when the hold is over).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

Change: TypeAlias = tuple[float, bool, bool]
"""When (epoch seconds), whether it is the user's (or the agent's), and whether they speak now."""


class TalkTime(NamedTuple):
    """Seconds of a call; `both` is in `user` and in `agent`, `nobody` in neither."""

    call: float = 0.0
    user: float = 0.0
    agent: float = 0.0
    both: float = 0.0
    nobody: float = 0.0


def talk_time(changes: Iterable[Change], begin: float, end: float) -> TalkTime:
    """The talk time between two moments (epoch seconds), whoever still speaks at the end."""
    user = agent = both = nobody = 0.0
    user_speaks = agent_speaks = False
    reached = begin
    # LiveKit's newer line dates the user's changes back, so they are not in order.
    for at, is_user, speaks in [*sorted(changes), (end, True, False)]:
        if at > reached:
            span = min(at, end) - reached
            reached += span
            if user_speaks:
                user += span
                if agent_speaks:
                    agent += span
                    both += span
            elif agent_speaks:
                agent += span
            else:
                nobody += span
        if is_user:
            user_speaks = speaks
        else:
            agent_speaks = speaks
    return TalkTime(max(end - begin, 0.0), user, agent, both, nobody)
