"""Parley's packages beside those of a project that has the same names.

They are called bot, processors and eventlog, because `bot` is what Pipecat Cloud imports. In nearly
every Pipecat project that name is taken by the file bot.py. So before anything of ours is imported
there, `bot.…` is made to find our modules beside whatever the project means by `bot`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_HERE = Path(__file__).resolve().parents[1]
_PACKAGES = ("eventlog", "processors", "bot")


def make_room() -> None:
    """Have `bot.…`, `processors.…` and `eventlog.…` find Parley's modules; may be done again.

    Raises:
        ImportError: A package of the project has modules of the same name as Parley's.
    """
    for name in _PACKAGES:
        _add_ours(name, _HERE / name)


def _add_ours(name: str, ours: Path) -> None:
    module = sys.modules.get(name) or _found(name, ours)
    path: list[str] = list(getattr(module, "__path__", []))
    if not any(Path(folder).resolve() == ours for folder in path):
        _refuse_doubles(name, path, ours)
        module.__path__ = [*path, str(ours)]


def _found(name: str, ours: Path) -> ModuleType:
    spec = importlib.util.find_spec(name)
    if spec is None:
        return _ours(name, ours)
    if spec.submodule_search_locations is None:
        return _unloaded(spec)
    return importlib.import_module(name)


def _ours(name: str, folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _unloaded(spec: ModuleSpec) -> ModuleType:
    """Return the project's module, which runs only when something of it is asked for.

    It is most often the script that is running already, under the name of `__main__`.
    """
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)

    def load(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {spec.name!r} has no attribute {name!r}")
        del module.__dict__["__getattr__"]
        assert spec.loader is not None
        spec.loader.exec_module(module)
        return getattr(module, name)

    module.__dict__["__getattr__"] = load
    return module


def _refuse_doubles(name: str, theirs: list[str], ours: Path) -> None:
    taken = {entry.stem for folder in theirs for entry in Path(folder).iterdir()}
    both = sorted({entry.stem for entry in ours.iterdir() if entry.stem[:2] != "__"} & taken)
    if both:
        raise ImportError(
            f"the project has a package {name!r} with modules that Parley's package of that name "
            f"has too ({', '.join(both)}): rename the project's, or those modules of it"
        )
