"""What the sections of a configuration have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """Refuses unknown keys, and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def reference(text: str) -> str:
    """Check that a text has the form "module:function"."""
    module, colon, name = text.partition(":")
    if not (colon and name.isidentifier() and all(p.isidentifier() for p in module.split("."))):
        raise PydanticCustomError("reference", "expected 'module:function'")
    return text


Text = Annotated[str, Field(min_length=1)]
Reference = Annotated[str, AfterValidator(reference)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
