"""Fill `${VARIABLES}` from the environment into a configuration.

One file then serves a laptop, a test against loopback servers and a deployment, and keys stay out
of it. `${VAR}` must be set, `${VAR:-default}` falls back when it is unset or empty (the shell's
rule), and `$${` writes a literal `${`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bot.config.errors import KeyPath
from bot.config.secret import Secret, holds_credentials, names_a_secret, variable_names_a_secret

_TOKEN = re.compile(r"\$\$\{|\$\{(?P<body>[^}]*)\}|\$\{")
_BODY = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)


class VariableError(ValueError):
    """A variable that is not set, or `${` that is not a variable; the message says which."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


def expand(text: str, env: Mapping[str, str]) -> tuple[str, bool]:
    """Fill the variables of one text.

    Returns:
        The text, and whether one of its variables looks like a secret by its name.

    Raises:
        VariableError: a variable without default is not set, or `${` is malformed.
    """
    secret = False

    def fill(token: re.Match[str]) -> str:
        nonlocal secret
        if token[0] == "$${":
            return "${"
        body = _BODY.fullmatch(token["body"] or "")
        if body is None:
            raise VariableError(
                "'${' without a variable name and '}' after it",
                "write ${NAME} or ${NAME:-default}; $${ stands for a literal ${",
            )
        name, default = body["name"], body["default"]
        secret = secret or variable_names_a_secret(name)
        value = env.get(name)
        if default is not None:
            return value or default
        if value is None:
            raise VariableError(
                f"the environment variable {name} is not set",
                f"set it, or give a default: ${{{name}:-...}}",
            )
        return value

    return _TOKEN.sub(fill, text), secret


@dataclass
class Expansion:
    """A configuration tree with its variables filled in.

    Attributes:
        tree: the tree; secrets are `Secret` objects.
        secrets: where the secrets are.
        failures: where a variable could not be filled, and why.
    """

    tree: dict[str, Any] = field(default_factory=dict[str, Any])
    secrets: set[KeyPath] = field(default_factory=set[KeyPath])
    failures: dict[KeyPath, VariableError] = field(default_factory=dict[KeyPath, VariableError])


def expand_tree(tree: Mapping[str, Any], env: Mapping[str, str]) -> Expansion:
    """Fill the variables of every text of a configuration, and wrap its secrets."""
    expansion = Expansion()

    def walk(value: Any, path: KeyPath, under_secret: bool) -> Any:
        if isinstance(value, dict):
            items = cast("dict[str, Any]", value).items()
            return {
                k: walk(v, (*path, k), under_secret or names_a_secret(str(k))) for k, v in items
            }
        if isinstance(value, list):
            items = cast("list[Any]", value)
            return [walk(item, (*path, i), under_secret) for i, item in enumerate(items)]
        return leaf(value, path, under_secret)

    def leaf(value: Any, path: KeyPath, secret: bool) -> Any:
        if isinstance(value, Secret):
            expansion.secrets.add(path)
            return value
        if isinstance(value, str):
            try:
                value, from_secret = expand(value, env)
            except VariableError as error:
                expansion.failures[path] = error
                return value
            secret = secret or from_secret or holds_credentials(value)
        if not secret or value is None or isinstance(value, bool):
            return value
        expansion.secrets.add(path)
        return Secret(str(value))

    expansion.tree = cast("dict[str, Any]", walk(dict(tree), (), False))
    return expansion
