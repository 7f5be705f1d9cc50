"""What `parley doctor` found, line by line for a person, or as one JSON object for a machine."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text

from bot.doctor.findings import Finding, Status
from eventlog.plaintext import clean

_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "bold red"}
_CHECK_WIDTH = 9


class FindingsView:
    """Shows each finding as it comes, and what is being waited for while nothing comes.

    A context manager: a spinner stands on the terminal's last line until it is left.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spinner = console.status("")
        self.found: list[Finding] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._spinner.stop()

    def busy(self, what: str) -> None:
        """Show what is waited for; nothing for an empty text, and nothing into a pipe."""
        if not what:
            self._spinner.stop()
            return
        self._spinner.update(Text(clean(what), no_wrap=True, overflow="ellipsis"))
        self._spinner.start()

    def tell(self, finding: Finding) -> None:
        """Show one finding, with the way out below it."""
        self.found.append(finding)
        line = Text.assemble(
            (f"{finding.status:8}", _STYLES[finding.status]),
            (f"{finding.check:{_CHECK_WIDTH}}", "dim"),
            clean(finding.message),
        )
        self._console.print(line, soft_wrap=True)
        if finding.remedy:
            indent = " " * (8 + _CHECK_WIDTH)
            self._console.print(Text(f"{indent}→ {clean(finding.remedy)}"), soft_wrap=True)

    @property
    def has_failed(self) -> bool:
        """Whether something keeps calls from working."""
        return any(finding.status is Status.FAILED for finding in self.found)

    def finish(self) -> None:
        """Say how many things are wrong."""
        count = Counter(finding.status for finding in self.found)
        failed, warnings = count[Status.FAILED], count[Status.WARNING]
        if failed:
            line, style = f"{failed} failed, {warnings} to look at", "bold red"
        elif warnings:
            line, style = f"Nothing failed, {warnings} to look at", "yellow"
        else:
            line, style = "All is well", "bold green"
        self._console.print(Text(line, style), soft_wrap=True)


def findings_as_json(found: list[Finding]) -> str:
    """Return the findings as one JSON object, `ok` being whether nothing has failed."""
    well = all(finding.status is not Status.FAILED for finding in found)
    tree = {"ok": well, "findings": [dataclasses.asdict(finding) for finding in found]}
    return json.dumps(tree, indent=2, ensure_ascii=False)
