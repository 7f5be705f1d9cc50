"""Keys are in neither file, whatever an SDK prints and whatever an LLM is told.

A pattern finds the keys of known makes; the keys of this call are known by themselves: those of its
configuration and those in the environment under a name that promises one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from bot.config.secret import STARS, variable_names_a_secret

SHORTEST = 6
"""Characters of a text that is taken for a secret: a shorter one would blank ordinary words."""


class Masking:
    """Puts stars in the place of the secrets of a call.

    Args:
        configured: The secrets of its configuration.
        env: The environment that its keys are looked up in.
    """

    def __init__(self, configured: Iterable[str], env: Mapping[str, str]) -> None:
        held = (value for name, value in env.items() if variable_names_a_secret(name))
        found = {text for text in (*configured, *held) if len(text) >= SHORTEST}
        # The longest first: one key may be the beginning of another.
        self._secrets = sorted(found, key=lambda text: (-len(text), text))
        self._in_json = [json.dumps(text)[1:-1].encode() for text in self._secrets]

    def text(self, text: str) -> str:
        """Return a text without them."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, STARS)
        return text

    def json(self, line: bytes) -> bytes:
        """Return a line of JSON without them."""
        for secret in self._in_json:
            if secret in line:
                line = line.replace(secret, STARS.encode())
        return line
