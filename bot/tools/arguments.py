"""The arguments that an LLM gives: checked against the function's types before it is called.

An LLM may leave arguments out, invent some, or write a number as text. What is wrong is told in its
words, by name, so that it can ask the caller or try again.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from processors.tool_output import ToolError


class ArgumentTypeError(Exception):
    """A function has a parameter whose type says nothing about what it takes."""


class Arguments:
    """The parameters of a function, without Pipecat's own `params`.

    Raises:
        ArgumentTypeError: The type of one cannot be checked.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        hints = get_type_hints(function, include_extras=True)
        parameters = inspect.signature(function).parameters
        self.direct = next(iter(parameters), "") == "params"
        named = [p for name, p in parameters.items() if not (self.direct and name == "params")]
        self._types = {p.name: _adapter(p.name, hints.get(p.name, Any)) for p in named}
        self._required = [p.name for p in named if p.default is inspect.Parameter.empty]

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments brought to their types.

        Raises:
            ToolError: Some are missing, unknown, or of a wrong type; it names them.
        """
        wrong = [f"argument `{name}` is missing" for name in self._required if name not in given]
        checked: dict[str, Any] = {}
        for name, value in given.items():
            if name not in self._types:
                wrong.append(f"there is no argument `{name[:60]}`")
                continue
            try:
                checked[name] = self._types[name].validate_python(value)
            except ValidationError as error:
                wrong.append(f"argument `{name}`: {_said(error)}")
        if wrong:
            raise ToolError(f"The function was not called: {'; '.join(wrong[:5])}.")
        return checked

    def properties(self, derived: Mapping[str, Any]) -> dict[str, Any]:
        """Return Pipecat's JSON schemas, with the choices that it does not know how to tell."""
        return {name: self._described(name, dict(schema)) for name, schema in derived.items()}

    def _described(self, name: str, derived: dict[str, Any]) -> dict[str, Any]:
        schema = self._types[name].json_schema()
        text = json.dumps(schema)
        if ('"enum"' in text or '"const"' in text) and '"$ref"' not in text:
            said = {"description": derived["description"]} if "description" in derived else {}
            return {**schema, **said}
        return derived


def _adapter(name: str, hint: Any) -> TypeAdapter[Any]:
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        adapter.json_schema()
    except PydanticUserError as error:
        raise ArgumentTypeError(f"'{name}' has a type that no LLM can give: {hint!r}") from error
    return adapter


def _said(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
