"""The tags and metadata of a configuration, which is refused where they are out of bounds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from eventlog.labels import MOST, metadata_problem, tag_problem


def _tag(tag: str) -> str:
    if problem := tag_problem(tag):
        raise PydanticCustomError("tag", "{problem}", {"problem": problem})
    return tag


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    for key, value in metadata.items():
        if problem := metadata_problem(key, value):
            said = {"problem": f"'{key[:40]}' {problem}"}
            raise PydanticCustomError("metadata", "{problem}", said)
    return metadata


Tags = Annotated[
    tuple[Annotated[str, Field(min_length=1), AfterValidator(_tag)], ...], Field(max_length=MOST)
]
Metadata = Annotated[dict[str, Any], Field(max_length=MOST), AfterValidator(_metadata)]
