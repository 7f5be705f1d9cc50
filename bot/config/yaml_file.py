"""Read one YAML file strictly.

YAML forgives what a configuration should not: a key written twice (the last wins, silently), `on`
as a key (read as true), a bare date (read as a date). Here each of them is refused or left as text.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any, cast

import yaml

from bot.config.errors import ConfigError
from bot.config.nearest import did_you_mean
from bot.config.shipped import shipped_configs

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _StrictLoader(yaml.SafeLoader):
    """PyYAML's safe loader without dates, and with text keys that occur once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag == _MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
                written = key.value if isinstance(key, yaml.ScalarNode) else "it"
                raise _refused(f"a key must be text: put quotes around {written!r}", key)
            if key.value in seen:
                raise _refused(f"the key {key.value!r} is given twice", key)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(file: Path) -> dict[str, Any]:
    """Read a configuration file as plain mappings, lists and scalars.

    Raises:
        ConfigError: the file is missing, unreadable, not YAML, or no mapping.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(file, "", "there is no such file", _shipped_hint(file)) from None
    except UnicodeDecodeError:
        raise ConfigError(file, "", "is not a text in UTF-8") from None
    except OSError as error:
        raise ConfigError(file, "", f"cannot be read: {error.strerror}") from None
    return _parsed(file, text)


def _parsed(file: Path, text: str) -> dict[str, Any]:
    try:
        # The loader is a SafeLoader, which makes nothing but plain data.
        content: Any = yaml.load(text, Loader=_StrictLoader)  # noqa: S506
        json.dumps(content)
    except yaml.YAMLError as error:
        raise ConfigError(file, "", _said(error)) from None
    except (TypeError, ValueError, RecursionError):
        hint = "use mappings, lists, text, numbers, true, false and null"
        raise ConfigError(file, "", "holds more than plain data", hint) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        hint = "start with keys such as 'agent:', 'stt:', 'llm:', 'tts:'"
        raise ConfigError(file, "", "expected a mapping at the top", hint)
    return cast("dict[str, Any]", content)


def _refused(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _said(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return f"is not YAML: {error}"


def _shipped_hint(file: Path) -> str:
    names = list(shipped_configs())
    hint = did_you_mean(file.stem, names, kind="shipped configs")
    return hint if hint.startswith("known") else f"{hint} (shipped with Parley)"


def located(source: str | Path, folder: Path) -> Path:
    """Turn what a person wrote into a file: a shipped name (`local`) or a path below `folder`."""
    shipped = shipped_configs()
    if isinstance(source, str) and source in shipped:
        return shipped[source]
    return folder / source
