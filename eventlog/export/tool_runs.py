"""The tools of a call as what ran, from when to when, with what it gave back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.view import TOOLS, Event, View

# As `eventlog.recorder.tools` writes it, whose import loads the recorder.
CANCELLED = "The call was cancelled before it ended"


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One call of a tool.

    `position` is its place among the calls of its event, `arguments` the JSON text that the LLM
    wrote, `output` None where the report has none; `started` and `ended` are epoch seconds.
    """

    event: Event
    position: int
    name: str
    call_id: str
    arguments: str
    output: str | None
    failed: bool
    started: float
    ended: float

    @property
    def cancelled(self) -> bool:
        """Whether it was called off before it ended."""
        return self.failed and self.output == CANCELLED

    @property
    def named_arguments(self) -> dict[str, Any]:
        """The arguments by name; what is no JSON object stands whole under `arguments`."""
        try:
            value = json.loads(self.arguments) if self.arguments.strip() else {}
        except (ValueError, RecursionError):
            value = self.arguments
        named = as_object(value)
        return {"arguments": value} if named is None else named


def tool_runs(view: View) -> Iterator[ToolRun]:
    """All calls of tools, in the order in which they are told."""
    for event in view.of_type(TOOLS):
        outputs = as_list(event.data.get("function_call_outputs")) or []
        for position, raw in enumerate(as_list(event.data.get("function_calls")) or []):
            call = as_object(raw) or {}
            output = as_object(outputs[position]) if position < len(outputs) else None
            yield _run(event, position, call, output)


def _run(
    event: Event, position: int, call: dict[str, Any], output: dict[str, Any] | None
) -> ToolRun:
    began = as_number(call.get("created_at"))
    ended = as_number((output or {}).get("created_at"))
    ended = ended if ended is not None and ended <= event.at else event.at
    return ToolRun(
        event=event,
        position=position,
        name=as_text(call.get("name")) or "?",
        call_id=as_text(call.get("call_id")) or "",
        arguments=as_text(call.get("arguments")) or "",
        output=None if output is None else as_text(output.get("output")) or "",
        failed=output is not None and output.get("is_error") is True,
        started=began if began is not None and began <= ended else ended,
        ended=ended,
    )
