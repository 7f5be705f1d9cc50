"""Import what a configuration names as "module:function".

Loading a configuration runs nobody's code; this does, so it is a step of its own. A builder's
functions mostly lie beside her configuration, and an installed command does not look there, so the
working directory is searched last.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import typing
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
        ConfigError: one cannot be imported, or cannot be described to an LLM.
    """
    return [
        _function(config, tool.function, ("tools", index), is_tool=True)
        for index, tool in enumerate(config.tools)
    ]


def load_agent_tools(config: BotConfig, agent: str) -> list[Function]:
    """Import the functions that one of several agents has for itself.

    Raises:
        ConfigError: one cannot be imported, or cannot be described to an LLM.
    """
    return [
        _function(config, tool.function, ("agents", agent, "tools", index), is_tool=True)
        for index, tool in enumerate(config.agents[agent].tools)
    ]


def load_user_turn_hook(config: BotConfig) -> Function | None:
    """Import `hooks.on_user_turn_completed`, if there is one.

    Raises:
        ConfigError: it cannot be imported or cannot be called.
    """
    return _hook(config, "on_user_turn_completed")


def load_call_end_hook(config: BotConfig) -> Function | None:
    """Import `hooks.on_call_end`, if there is one.

    Raises:
        ConfigError: it cannot be imported or cannot be called.
    """
    return _hook(config, "on_call_end")


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
        (tool.function, ("tools", index), True) for index, tool in enumerate(config.tools)
    ]
    references += [
        (tool.function, ("agents", name, "tools", index), True)
        for name, agent in config.agents.items()
        for index, tool in enumerate(agent.tools)
    ]
    hooks = {name: getattr(config.hooks, name) for name in _HOOKS}
    references += [(hook, ("hooks", name), False) for name, hook in hooks.items() if hook]
    if ":" in config.turn.detector:
        references.append((config.turn.detector, ("turn", "detector"), False))
    for reference, key, is_tool in references:
        try:
            _function(config, reference, key, is_tool=is_tool)
        except ConfigError as error:
            yield from error.problems
    if config.mcp:
        try:
            require_mcp(config)
        except ConfigError as error:
            yield from error.problems


def require_mcp(config: BotConfig) -> None:
    """Refuse MCP servers where the SDK to speak with them is not installed.

    Raises:
        ConfigError: it is not.
    """
    if importlib.util.find_spec("mcp") is None:
        hint = "install the extra: uv pip install 'parley[mcp]'"
        raise ConfigError(config.file_of("mcp"), "mcp", "MCP's SDK is not installed", hint)


def _hook(config: BotConfig, name: str) -> Function | None:
    reference = getattr(config.hooks, name)
    return _function(config, reference, ("hooks", name)) if reference else None


def _function(
    config: BotConfig, reference: str, key: KeyPath, *, is_tool: bool = False
) -> Function:
    path = config.file_of(*key)
    try:
        function = import_reference(reference)
    except BrokenReferenceError as error:
        raise ConfigError(path, dotted(key), str(error), error.hint) from error
    problem = "cannot be called" if not callable(function) else ""
    if is_tool:
        problem = _unfit(function)
    if problem:
        raise ConfigError(path, dotted(key), f"'{reference}' {problem}")
    return function


def _unfit(function: Any) -> str:
    """Say why a function cannot be a tool; empty if it can."""
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        return "is not a function"
    parameters = inspect.signature(function).parameters
    if "params" in list(parameters)[:1] and not inspect.iscoroutinefunction(function):
        return "takes Pipecat's 'params' and is not an async function"
    try:
        typing.get_type_hints(function)
    except Exception as error:  # noqa: BLE001 - annotations are anybody's expressions
        return f"has types that cannot be resolved: {error}"
    for parameter in parameters.values():
        if parameter.kind not in _BY_NAME:
            return f"takes '{parameter}', which an LLM cannot give by its name"
    return ""


_HOOKS = ("on_user_turn_completed", "on_call_end")
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
