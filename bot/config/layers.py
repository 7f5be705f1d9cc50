"""Stack configuration files that extend one another.

A deployment differs from its base by a few lines, so a file says only what differs. Which file
holds a key stays known, since an error message must name that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.config.errors import ConfigError, KeyPath, shown_path
from bot.config.variables import VariableError, expand
from bot.config.yaml_file import located, read_yaml

_CASCADE = ("stt", "llm", "tts")
SLOTS = (*_CASCADE, "realtime", "vad")
_SECTIONS = {
    *("agent", "agents", *SLOTS, "turn", "tools", "mcp", "hooks", "log", "call", "tags"),
    "metadata",
}
# What a section says whoever its provider is.
_ANY_PROVIDERS = ("fallback", "silence_timeout", "recover_after")


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of the stack as it was written; `path` is None for a mapping given in code."""

    path: Path | None
    tree: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origins:
    """Which file holds a key: the layers of a configuration, the most specific first."""

    layers: tuple[Layer, ...] = ()

    def file_of(self, key: KeyPath) -> Path | None:
        """Return the file that holds the key, or the nearest section around it."""
        for length in range(len(key), 0, -1):
            for layer in self.layers:
                if _holds(layer.tree, key[:length]):
                    return layer.path
        return self.layers[0].path if self.layers else None


def read_layers(source: str | Path | Mapping[str, Any], env: Mapping[str, str]) -> Origins:
    """Read a configuration and all it extends, itself first.

    Raises:
        ConfigError: a file cannot be read, or `extends` is wrong or runs in a circle.
    """
    if isinstance(source, Mapping):
        layer, folder = Layer(None, dict(source)), Path()
    else:
        file = located(source, Path())
        layer, folder = Layer(file, read_yaml(file)), file.parent
    layers = [layer]
    while (parent := _parent(layers[-1], folder, env)) is not None:
        _refuse_circle(layers, parent)
        layers.append(Layer(parent, _read_parent(layers[-1], parent)))
        folder = parent.parent
    return Origins(tuple(layers))


def merged(origins: Origins, env: Mapping[str, str]) -> dict[str, Any]:
    """Merge the layers into one tree: mappings key by key, anything else as a whole."""
    tree: dict[str, Any] = {}
    for layer in reversed(origins.layers):
        said = {key: value for key, value in layer.tree.items() if key != "extends"}
        base = _without_words_of_another_voice(_without_other_form(tree, said), said, env)
        tree = _merge(base, said, (), env)
    return tree


def _parent(layer: Layer, folder: Path, env: Mapping[str, str]) -> Path | None:
    extends = layer.tree.get("extends")
    if extends is None:
        return None
    if not isinstance(extends, str) or not extends:
        raise ConfigError(
            layer.path, "extends", "expected the path of a file or the name of a shipped config"
        )
    try:
        return located(expand(extends, env)[0], folder)
    except VariableError as error:
        raise ConfigError(layer.path, "extends", str(error), error.hint) from None


def _read_parent(child: Layer, parent: Path) -> dict[str, Any]:
    try:
        return read_yaml(parent)
    except ConfigError as error:
        if parent.exists():
            raise
        problem = f"there is no file {shown_path(parent)}"
        raise ConfigError(child.path, "extends", problem, error.hint) from None


def _refuse_circle(layers: Sequence[Layer], parent: Path) -> None:
    files = [layer.path for layer in layers if layer.path is not None]
    if parent.resolve() in {file.resolve() for file in files}:
        circle = " → ".join(shown_path(file) for file in [*files, parent])
        raise ConfigError(layers[-1].path, "extends", f"runs in a circle: {circle}")


def _without_other_form(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    # One choice, not two settings: a child's realtime model takes the place of its parent's three
    # services, and the other way round.
    realtime = over.get("realtime") is not None
    cascade = any(over.get(slot) is not None for slot in _CASCADE)
    if realtime is cascade:
        return base  # the child says neither, or both, which is told later
    dropped = _CASCADE if realtime else ("realtime",)
    return {key: value for key, value in base.items() if key not in dropped}


def _merge(
    base: Mapping[str, Any], over: Mapping[str, Any], at: KeyPath, env: Mapping[str, str]
) -> dict[str, Any]:
    tree = dict(base)
    for key, value in over.items():
        path = (*at, key)
        if value is None and _is_section(path):
            continue  # a section with nothing under it says nothing
        if not isinstance(value, dict) or _is_whole(path):
            tree[key] = value
            continue
        said = cast("dict[str, Any]", value)
        old = tree.get(key)
        below = cast("dict[str, Any]", old) if isinstance(old, dict) else {}
        if at == () and key in SLOTS and _another_provider(key, below, said, env):
            # Settings and args are words of the parent's provider.
            below = {key: below[key] for key in _ANY_PROVIDERS if key in below}
        tree[key] = _merge(below, said, path, env)
    return tree


def _without_words_of_another_voice(
    tree: dict[str, Any], said: Mapping[str, Any], env: Mapping[str, str]
) -> dict[str, Any]:
    """Take the agents' voices away where a child chooses a TTS to which they mean nothing."""
    old, new, agents = tree.get("tts"), said.get("tts"), tree.get("agents")
    if not (isinstance(old, dict) and isinstance(new, dict) and isinstance(agents, dict)):
        return tree
    parent, child = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
    if not _another_provider("tts", parent, child, env):
        return tree
    kept = {
        name: {key: value for key, value in agent.items() if key not in ("voice", "tts")}
        if isinstance(agent, dict)
        else agent
        for name, agent in cast("dict[str, Any]", agents).items()
    }
    return {**tree, "agents": kept}


def _is_whole(path: KeyPath) -> bool:
    # One choice, not two settings: a child's `say` takes the place of its parent's `generate`.
    return path[-1] == "greeting" and path[0] in ("agent", "agents")


def _is_section(path: KeyPath) -> bool:
    if len(path) == 1:
        return path[0] in _SECTIONS
    if path[0] == "agents":
        return len(path) == 2 or path[2:] == ("tts",)
    return len(path) == 2 and path[0] in SLOTS and path[1] in ("settings", "args")


def _another_provider(
    slot: str, base: Mapping[str, Any], over: Mapping[str, Any], env: Mapping[str, str]
) -> bool:
    if over.get("provider") is None or base.get("provider") is None:
        return False
    return _folded(slot, over["provider"], env) != _folded(slot, base["provider"], env)


def _folded(slot: str, provider: object, env: Mapping[str, str]) -> str:
    name = str(provider)
    try:
        name = expand(name, env)[0]
    except VariableError:
        return name  # reported when the variables of the merged tree are filled
    return name if ":" in name else name.casefold().replace("-", "_").removesuffix(f"_{slot}")


def _holds(tree: object, key: KeyPath) -> bool:
    for part in key:
        if isinstance(tree, Mapping) and part in tree:
            tree = cast("Mapping[Any, Any]", tree)[part]
        elif isinstance(tree, list) and isinstance(part, int):
            items = cast("list[Any]", tree)
            if part >= len(items):
                return False
            tree = items[part]
        else:
            return False
    return True
