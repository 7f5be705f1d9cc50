"""Import what a configuration names as "module:function".

Loading a configuration runs nobody's code; this does, so it is a step of its own. A builder's
functions mostly lie beside her configuration, and an installed command does not look there, so the
working directory is searched last.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.config.errors import ConfigError, KeyPath, Problem, dotted
from bot.config.nearest import did_you_mean
from bot.config.schema import BotConfig

Function = Callable[..., Any]


class BrokenReferenceError(Exception):
    """A "module:name" that leads nowhere; the message says at which part."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.hint = hint


def load_tools(config: BotConfig) -> list[Function]:
    """Import the functions under `tools`.

    Raises:
        ConfigError: one cannot be imported or is not an async function.
    """
    return [
        _function(config, reference, ("tools", index), is_async=True)
        for index, reference in enumerate(config.tools)
    ]


def load_user_turn_hook(config: BotConfig) -> Function | None:
    """Import `hooks.on_user_turn_completed`, if there is one.

    Raises:
        ConfigError: it cannot be imported or cannot be called.
    """
    reference = config.hooks.on_user_turn_completed
    key = ("hooks", "on_user_turn_completed")
    return _function(config, reference, key) if reference else None


def check_references(config: BotConfig) -> None:
    """Import every function and class that the configuration names by its module.

    Raises:
        ConfigError: with a line for each that cannot be imported.
    """
    problems = list(_broken(config))
    if problems:
        raise ConfigError.of(problems)


def import_reference(reference: str) -> Any:
    """Import the object behind "module:name".

    Raises:
        BrokenReferenceError: there is no such module, it cannot be imported, or has no such name.
    """
    module_name, _, name = reference.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            hint = "it is looked up among the installed packages and in the working directory"
            raise BrokenReferenceError(f"there is no module '{error.name}'", hint) from None
        raise BrokenReferenceError(f"cannot import '{module_name}': {error}") from error
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BrokenReferenceError(f"cannot import '{module_name}': {said}") from error
    try:
        return getattr(module, name)
    except AttributeError:
        public = [found for found in vars(module) if not found.startswith("_")]
        hint = did_you_mean(name, public, kind="names")
        problem = f"module '{module_name}' has no '{name}'"
        raise BrokenReferenceError(problem, "" if hint.startswith("known") else hint) from None


def _broken(config: BotConfig) -> Iterator[Problem]:
    references: list[tuple[str, KeyPath, bool]] = [
        (reference, ("tools", index), True) for index, reference in enumerate(config.tools)
    ]
    hook = config.hooks.on_user_turn_completed
    if hook:
        references.append((hook, ("hooks", "on_user_turn_completed"), False))
    if ":" in config.turn.detector:
        references.append((config.turn.detector, ("turn", "detector"), False))
    for reference, key, is_async in references:
        try:
            _function(config, reference, key, is_async=is_async)
        except ConfigError as error:
            yield from error.problems


def _function(
    config: BotConfig, reference: str, key: KeyPath, *, is_async: bool = False
) -> Function:
    path = config.file_of(*key)
    try:
        function = import_reference(reference)
    except BrokenReferenceError as error:
        raise ConfigError(path, dotted(key), str(error), error.hint) from error
    if is_async and not inspect.iscoroutinefunction(function):
        raise ConfigError(path, dotted(key), f"'{reference}' is not an async function")
    if not callable(function):
        raise ConfigError(path, dotted(key), f"'{reference}' cannot be called")
    return function
