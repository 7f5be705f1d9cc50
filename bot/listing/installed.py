"""Tell whether a provider's module could be imported, without importing it.

An extra may be installed in part, and some services need none, so the answer is not in the names of
packages but in what the module's file imports, and what that imports in turn.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

from bot.listing.source import module_file, parsed

_READ = ("pipecat", "bot")
"""Packages whose modules are followed; of all others it is enough that they are there."""


_COMPLETE: set[str] = set()
"""Modules known to have all they import: most of what one service imports, the next does too."""


def importable(module: str) -> bool:
    """Tell whether everything that a module of Pipecat or Parley imports is there."""
    seen: set[str] = set()
    complete = _complete(module, seen)
    if complete:
        _COMPLETE.update(seen)
    return complete


def _complete(module: str, seen: set[str]) -> bool:
    """Walk through what is imported on the way; `seen` takes in the modules looked at."""
    if module in seen or module in _COMPLETE:
        return True
    seen.add(module)
    if module.partition(".")[0] not in _READ:
        return _there(module)
    tree = parsed(module)
    return tree is not None and all(_complete(needed, seen) for needed in _imports(tree.body))


def _imports(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what a module cannot be imported without: no lazy, optional or typing-only import."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if node.module.startswith(_READ) and module_file(inner):
                    yield inner
        elif isinstance(node, ast.Try) and _gives_up(node):
            yield from _imports(node.body)


def _gives_up(node: ast.Try) -> bool:
    """Tell whether a failing import is let go on to whoever imports the module."""
    return any(isinstance(inner, ast.Raise) for each in node.handlers for inner in ast.walk(each))


@functools.cache
def _there(module: str) -> bool:
    top, *inner = module.split(".")
    spec = _found(top)
    if spec is None:
        return False
    # A name of several parts may lie in several folders (google, azure).
    places = [Path(place) for place in spec.submodule_search_locations or ()]
    for part in inner:
        if not any(_holds(place, part) for place in places):
            # Not a file of that name; Python itself may know better (and imports the parent).
            return _found(module) is not None
        places = [place / part for place in places if (place / part).is_dir()]
    return True


def _holds(folder: Path, name: str) -> bool:
    return (folder / name).is_dir() or any(folder.glob(f"{name}.*"))


def _found(module: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
