"""Parley in somebody else's bot: `from parley import attach`, or this file in PIPECAT_SETUP_FILES.

Parley's packages are called bot, processors and eventlog, because `bot` is what Pipecat Cloud
imports. The same name is taken in nearly every Pipecat project, whose bot is a file bot.py. So this
module, whose name is nobody else's, first sees to it that `bot.…` finds Parley's modules beside
whatever the project means by `bot`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from loguru import logger

if TYPE_CHECKING:
    from bot.attached.call import AttachedCall

CONFIG_VARIABLE = "PARLEY_CONFIG"
"""Names the configuration of a recorder that a setup file attaches."""
LOG_VARIABLE = "PARLEY_LOG_DIR"
"""The folder that gets one folder for each call, before what the configuration says."""

_HERE = Path(__file__).resolve().parent
_PACKAGES = ("eventlog", "processors", "bot")


def attach(worker: Any, config: Any = None, **options: Any) -> AttachedCall:
    """Record the call of a PipelineWorker; takes, returns and raises what `bot.attach` does.

    Raises:
        ImportError: A package of the project has modules of the same name as Parley's.
    """
    _make_room()
    from bot.attached.call import attach

    return attach(worker, config, **options)


async def setup_worker_runner(_runner: Any) -> None:
    """Do nothing: Pipecat warns of a setup file without this."""


async def setup_pipeline_worker(worker: Any) -> None:
    """Attach the recorder, if the worker holds a call; Pipecat runs this of each setup file.

    A recorder that cannot be attached is said in the process's log, and the call goes on without.
    """
    _make_room()
    from bot.attached.config import load_attach_config
    from bot.attached.parts import BotParts
    from bot.config.errors import ConfigError

    parts = BotParts(worker)
    if parts.is_ours or not parts.has_transport:
        return
    try:
        config = load_attach_config(os.environ.get(CONFIG_VARIABLE) or None)
    except ConfigError as error:
        problems = "; ".join(str(error).splitlines())
        logger.error(f"This call is not recorded, because {CONFIG_VARIABLE} is wrong: {problems}")
        return
    if directory := os.environ.get(LOG_VARIABLE):
        config = config.logging_to(Path(directory))
    attach(worker, config)


def _make_room() -> None:
    for name in _PACKAGES:
        _add_ours(name, _HERE / name)


def _add_ours(name: str, ours: Path) -> None:
    """Have `name.…` find the modules in `ours` too, after those of the project."""
    module = sys.modules.get(name)
    if module is None:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin == str(ours / "__init__.py"):
            spec = importlib.util.spec_from_file_location(
                name, ours / "__init__.py", submodule_search_locations=[str(ours)]
            )
            assert spec is not None
            module = _loaded(name, spec)
        elif spec.submodule_search_locations is None:
            module = sys.modules[name] = _unloaded(spec)
        else:
            module = importlib.import_module(name)
    path = list(getattr(module, "__path__", ()))
    if str(ours) not in path:
        module.__path__ = [*path, str(ours)]


def _loaded(name: str, spec: ModuleSpec) -> ModuleType:
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


def _unloaded(spec: ModuleSpec) -> ModuleType:
    """Return the project's module, which runs only when something of it is asked for.

    It is most often the script that is running already, under the name of `__main__`.
    """
    module = importlib.util.module_from_spec(spec)

    def load(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        del module.__dict__["__getattr__"]
        assert spec.loader is not None
        spec.loader.exec_module(module)
        return getattr(module, name)

    module.__dict__["__getattr__"] = load
    return module
