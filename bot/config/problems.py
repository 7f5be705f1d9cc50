"""Say in a person's words what pydantic found wrong.

Pydantic's own text speaks of types and models, and quotes the value even where it is a key.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.errors import KeyPath, Problem, dotted
from bot.config.layers import Origins
from bot.config.nearest import did_you_mean, nearest
from bot.config.schema import BotConfig, ProviderConfig

_EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite_number": "a finite number",
    "string": "text",
    "path": "text",
    "dict": "a mapping",
    "model": "a mapping",
    "list": "a list",
    "tuple": "a list",
}
_BOUNDS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must not be empty",
    "literal_error": "expected {expected}",
}


_EXAMPLES = {
    "stt": "deepgram",
    "llm": "openai",
    "tts": "elevenlabs",
    "realtime": "openai-realtime",
}


def problems_of(
    error: ValidationError, origins: Origins, secrets: Collection[KeyPath]
) -> Iterable[Problem]:
    """Turn a validation error into one line for each wrong key, with the file that holds it."""
    details = error.errors(include_url=False)
    misspelt = {_meant(d["loc"]) for d in details if d["type"] == "extra_forbidden"}
    for detail in details:
        path = detail["loc"]
        if detail["type"] == "missing" and path in misspelt:
            continue  # told once, where it is misspelt
        secret = any(path[: len(s)] == s or s[: len(path)] == path for s in secrets)
        problem, hint = _worded(detail, secret=secret)
        if detail["type"] == "extra_forbidden":
            hint = _key_hint(path)
        elif detail["type"] == "missing":
            hint = _missing_hint(path)
        yield Problem(origins.file_of(path), dotted(path), problem, hint)


def worded(detail: ErrorDetails, *, secret: bool = False) -> str:
    """Say what is wrong with one value, without quoting it if it is a secret."""
    problem, hint = _worded(detail, secret=secret)
    return f"{problem}; {hint}" if hint else problem


def _worded(detail: ErrorDetails, *, secret: bool) -> tuple[str, str]:
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return "is missing", ""
    if kind == "extra_forbidden":
        return "unknown key", ""
    got = f", got {_quoted(value, secret=secret)}"
    if kind in _BOUNDS:
        said = _BOUNDS[kind].format(**detail.get("ctx", {}))
        return said + ("" if kind == "string_too_short" else got), ""
    expected = _EXPECTED.get(kind) or _EXPECTED.get(kind.rsplit("_", 1)[0])
    if kind == "int_from_float":
        expected = _EXPECTED["int"]
    if expected:
        quotes = expected == "text" and isinstance(value, bool | int | float)
        return f"expected {expected}{got}", "put it in quotes" if quotes else ""
    return detail["msg"] + got, ""


def _quoted(value: Any, *, secret: bool) -> str:
    if secret:
        return "a secret"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _key_hint(path: KeyPath) -> str:
    model = _model_at(path[:-1])
    key = str(path[-1])
    if model is None:
        return ""
    hint = did_you_mean(key, _keys(model), kind="keys")
    if issubclass(model, ProviderConfig) and hint.startswith("known"):
        return f"options of the service go under '{path[0]}.settings' or '{path[0]}.args'"
    return hint


def _meant(path: KeyPath) -> KeyPath:
    """Return the path of the key that an unknown one is nearest to."""
    model = _model_at(path[:-1])
    near = nearest(str(path[-1]), _keys(model)) if model else None
    return (*path[:-1], near or "")


def _missing_hint(path: KeyPath) -> str:
    known = _EXAMPLES.get(str(path[0]))
    if known is None:
        return ""
    return (
        f"name one, such as '{known}'"
        if path[-1] == "provider"
        else (f"add '{path[0]}:' with a 'provider:' below it, or 'extends: default'")
    )


def _keys(model: type[BaseModel]) -> list[str]:
    return (["extends"] if model is BotConfig else []) + list(model.model_fields)


def _model_at(path: KeyPath) -> type[BaseModel] | None:
    model: type[BaseModel] = BotConfig
    parts = iter(path)
    for part in parts:
        if isinstance(part, int):
            continue  # the place in a list, whose model is that of each of its items
        field = model.model_fields.get(str(part))
        below = field and _model_in(field.annotation)
        if not below:
            return None
        if field and typing.get_origin(field.annotation) is dict and next(parts, None) is None:
            return None  # what stands directly under it are names of the builder's choice
        model = below
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if typing.get_origin(annotation) is dict:
        annotation = typing.get_args(annotation)[1]
    choices = (
        typing.get_args(annotation)
        if typing.get_origin(annotation) in (typing.Union, types.UnionType)
        else (annotation,)
    )
    if typing.get_origin(annotation) is tuple:
        annotation = typing.get_args(annotation)[0]
        choices = (typing.get_args(annotation) or (annotation,))[:1]
    for choice in choices:
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            return choice
    return None
