"""Read from a class what it can be given, and bring YAML's values to that.

YAML and the environment know text and numbers, Pipecat's classes also enums and small models. The
type annotations say which, so `text_aggregation_mode: token` becomes the enum, and a number that
came as text from a variable becomes a number again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import sys
import types
import typing
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation

from bot.config.problems import worded


@dataclass(frozen=True, slots=True)
class Accepted:
    """One thing a class takes: its annotation (Any if unknown) and whether it must be given."""

    annotation: Any
    required: bool = False


class ValueProblemError(ValueError):
    """A value that does not fit its annotation; the message says what was expected."""


def arguments_of(cls: type) -> dict[str, Accepted]:
    """Return the keyword arguments of a constructor, with those it hands on to its bases.

    What a base requires is not required here: the constructor may give it by itself.
    """
    found: dict[str, Accepted] = {}
    own = True
    for owner in cls.__mro__:
        init = vars(owner).get("__init__")
        if not inspect.isfunction(init):
            continue
        hands_on = False
        for name, parameter in list(inspect.signature(init).parameters.items())[1:]:
            hands_on = hands_on or parameter.kind is parameter.VAR_KEYWORD
            if parameter.kind in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                required = own and parameter.default is parameter.empty
                annotation = _resolved(parameter.annotation, owner.__module__)
                found.setdefault(name, Accepted(annotation, required))
        own = False
        if not hands_on:
            break
    return found


def fields_of(settings: type) -> dict[str, Accepted]:
    """Return the fields of a `Settings` dataclass, without `extra`."""
    annotations: dict[str, Any] = {}
    for owner in reversed(settings.__mro__):
        for name, annotation in vars(owner).get("__annotations__", {}).items():
            annotations[name] = _resolved(annotation, owner.__module__)
    names = [field.name for field in dataclasses.fields(cast("Any", settings))]
    return {name: Accepted(annotations.get(name, Any)) for name in names if name != "extra"}


def fitted(value: Any, annotation: Any, *, secret: bool) -> Any:
    """Bring a value to an annotation.

    Args:
        value: what YAML gave.
        annotation: the type it must have; an annotation pydantic cannot read accepts anything.
        secret: the value must not be quoted in an error.

    Raises:
        ValueProblemError: it cannot be brought to that type.
    """
    adapter = _adapter(annotation)
    if adapter is None:
        return value
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        telling = [d for d in details if d["type"] not in ("is_instance_of", "callable_type")]
        if not telling:
            raise ValueProblemError("cannot be written in a configuration") from None
        raise ValueProblemError(worded(telling[0], secret=secret)) from None


def _adapter(annotation: Any) -> TypeAdapter[Any] | None:
    """Make a validator, or None for an annotation that pydantic cannot read."""
    if annotation is Any:
        return None
    # A pydantic model brings a configuration of its own and refuses another.
    for config in (ConfigDict(arbitrary_types_allowed=True), None):
        with contextlib.suppress(PydanticUserError, PydanticUndefinedAnnotation):
            adapter: TypeAdapter[Any] = TypeAdapter(annotation, config=config)
            return adapter if adapter.pydantic_complete else None
    return None


def _resolved(annotation: Any, module: str) -> Any:
    """Evaluate one annotation; one that names a type imported for checkers only becomes Any."""
    if annotation is inspect.Parameter.empty:
        return Any
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(holder, globalns=vars(sys.modules[module]))["it"]
    except (NameError, TypeError, AttributeError):
        return Any
