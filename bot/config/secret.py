"""Keep keys and passwords out of logs, reports and error messages.

A configuration is shown, hashed and written into every report, so a secret must not be a plain
string that happens to pass by. It is wrapped where it is read and unwrapped where the provider is
built; everything between sees stars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

STARS = "********"

_SECRET_WORDS = frozenset(
    {"key", "apikey", "token", "secret", "secrets", "password", "passwd", "passphrase"}
    | {"auth", "authorization", "bearer", "credential", "credentials", "cookie"}
)
_CREDENTIALS_IN_URL = re.compile(r"://[^/\s@]*:[^/\s@]+@")


class Secret:
    """A text that prints as stars; `reveal()` gives it back."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that needs it."""
        return self._text

    def __str__(self) -> str:
        return STARS

    def __repr__(self) -> str:
        return f"Secret('{STARS}')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))


def names_a_secret(key: str) -> bool:
    """Tell whether a configuration key promises a secret: `api_key` does, `max_tokens` does not."""
    words = _words(key)
    if words and words[-1] == "id":
        words.pop()
    return bool(words) and words[-1] in _SECRET_WORDS


def variable_names_a_secret(variable: str) -> bool:
    """Tell whether an environment variable holds a secret, on the safe side: any word of it."""
    return any(word in _SECRET_WORDS for word in _words(variable))


def holds_credentials(text: str) -> bool:
    """Tell whether a text is a URL with a user and password in it."""
    return bool(_CREDENTIALS_IN_URL.search(text))


def revealed(value: Any) -> Any:
    """Copy a tree of mappings and lists with every secret as its plain text."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {k: revealed(v) for k, v in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [revealed(item) for item in cast("list[Any]", value)]
    return value


def secrets_in(value: Any) -> Iterator[str]:
    """Yield the plain text of every secret of a tree."""
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, dict):
        for item in cast("dict[Any, Any]", value).values():
            yield from secrets_in(item)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[Any]", value):
            yield from secrets_in(item)


def text_at(tree: Any, path: Sequence[str | int]) -> str:
    """Return the text at a place of a tree, wrapped or not, "" if there is none."""
    for step in path:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return ""
    found = tree.reveal() if isinstance(tree, Secret) else tree
    return found if isinstance(found, str) else ""


def _words(name: str) -> list[str]:
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in re.split(r"[^a-z0-9]+", separated.lower()) if word]
