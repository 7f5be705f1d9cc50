"""What differs between two configurations, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.config.errors import KeyPath, dotted

if TYPE_CHECKING:
    from bot.config.schema import BotConfig


class _Absent:
    def __repr__(self) -> str:
        return "not set"


ABSENT = _Absent()
"""Stands where one side has no such key."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that two configurations disagree on.

    Attributes:
        key: its dotted name.
        left: the value in the first, plain JSON, or ABSENT.
        right: the value in the second.
    """

    key: str
    left: Any
    right: Any

    def as_json(self) -> dict[str, Any]:
        """Return it as plain builtins; a side that has no such key is left out."""
        sides = {"left": self.left, "right": self.right}
        return {"key": self.key, **{k: v for k, v in sides.items() if v is not ABSENT}}


def differences(left: BotConfig, right: BotConfig) -> list[Difference]:
    """Compare two resolved configurations.

    Secrets are stars in both, as they are in the digest: another key to the same provider is no
    other bot.
    """
    return list(_differing(left.redacted(), right.redacted(), ()))


def _differing(left: Any, right: Any, at: KeyPath) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        ours, theirs = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        for name in dict.fromkeys([*ours, *theirs]):
            yield from _differing(ours.get(name, ABSENT), theirs.get(name, ABSENT), (*at, name))
    elif isinstance(left, dict) and left and right is ABSENT:
        yield from _differing(left, {}, at)
    elif isinstance(right, dict) and right and left is ABSENT:
        yield from _differing({}, right, at)
    elif left != right or isinstance(left, bool) != isinstance(right, bool):
        yield Difference(dotted(at), left, right)
