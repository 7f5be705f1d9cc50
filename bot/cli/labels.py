"""`--tag` and `--metadata`: what a person gives the reports of a command to find them by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from eventlog.labels import MOST, metadata_problem, tag_problem

TagOption = Annotated[
    list[str] | None, typer.Option("--tag", help="A tag for the report; may be given again.")
]
MetadataOption = Annotated[
    list[str] | None,
    typer.Option("--metadata", metavar="KEY=VALUE", help="For the report; may be given again."),
]


@dataclass(frozen=True)
class GivenLabels:
    """Tags and metadata from a command line, within the bounds of a report."""

    tags: list[str] = field(default_factory=list[str])
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


def given_labels(tags: list[str] | None, metadata: list[str] | None) -> GivenLabels:
    """Return what the two options say.

    Raises:
        typer.BadParameter: One of them cannot be in a report; the message says why.
    """
    found: dict[str, Any] = {}
    for text in metadata or []:
        key, equals, value = text.partition("=")
        problem = "" if equals else "has no '=' (write KEY=VALUE)"
        if problem := problem or metadata_problem(key, value):
            raise typer.BadParameter(f"'{text[:40]}': {problem}", param_hint="--metadata")
        found[key] = value
    for tag in tags or []:
        if problem := tag_problem(tag):
            raise typer.BadParameter(f"'{tag[:40]}': {problem}", param_hint="--tag")
    for option, given in (("--tag", tags or []), ("--metadata", found)):
        if len(given) > MOST:
            raise typer.BadParameter(f"more than {MOST} of them", param_hint=option)
    return GivenLabels(list(tags or []), found)
