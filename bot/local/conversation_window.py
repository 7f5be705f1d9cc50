"""Keeping a conversation within the context of a small model."""

from collections.abc import Mapping, Sequence
from typing import Any

# Dropped together: dropping one message a turn would make every prompt begin differently, and
# the server would have to read all of it again each time.
_BLOCK = 8
# English has about four characters a token; three leaves a margin for what has fewer.
_CHARACTERS_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 8

Message = Mapping[str, Any]


def fit(messages: Sequence[Message], tokens: int) -> list[Message]:
    """Drop the oldest messages until the rest fit, keeping the instructions and the last one.

    Args:
        messages: A conversation in OpenAI's form.
        tokens: How many the messages may take; estimated, on the safe side.
    """
    fixed = 1 if messages and messages[0].get("role") == "system" else 0
    kept = list(messages)
    while estimated_tokens(kept) > tokens and len(kept) > fixed + 1:
        del kept[fixed : min(fixed + _BLOCK, len(kept) - 1)]
    return kept


def estimated_tokens(messages: Sequence[Message]) -> int:
    """Estimate the tokens of a conversation."""
    return sum(
        len(str(message.get("content") or "")) // _CHARACTERS_PER_TOKEN + _TOKENS_PER_MESSAGE
        for message in messages
    )
