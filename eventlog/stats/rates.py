"""What is counted in a call: replies and what cut them, turns and whether they were answered.

The counts of many calls add up; a rate is made of them at the end (`RATES`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias


class Rate(NamedTuple):
    """A rate by name: the share of `part` in `whole`, both names of counts."""

    name: str
    part: str
    whole: str


RATES = (
    Rate("interruption_rate", "interrupted", "replies"),
    Rate("false_interruption_rate", "false_interruptions", "replies"),
    Rate("unanswered_rate", "unanswered", "user_turns"),
)
COUNTS = ("user_turns", "unanswered", "replies", "interrupted", "false_interruptions", "errors")
"""The counts that every call has; `errors.SOURCE` and `close.REASON` come as they are met."""

ERROR_SOURCES = {
    "llm_error": "llm",
    "stt_error": "stt",
    "tts_error": "tts",
    "realtime_model_error": "realtime",
    "interruption_detection_error": "interruption",
}


Said: TypeAlias = tuple[float, bool]
"""A message: when it was created (epoch seconds), and whether by the user."""


def unanswered(messages: Sequence[Said]) -> int:
    """How many of the user's messages no reply follows before the next one.

    In order of creation: a reply is created when it may begin to play, so what the user said over
    it is later.
    """
    count = 0
    waiting = False
    for _, by_user in sorted(messages):
        count += waiting and by_user
        waiting = by_user
    return count + waiting
