"""The tools that the LLM asks for, and what becomes of each."""

from __future__ import annotations

import msgspec

from eventlog.signals.signal import Signal


class ToolCall(msgspec.Struct, kw_only=True):
    """One call that the LLM asks for; `arguments` is the JSON text it wrote."""

    call_id: str
    name: str
    arguments: str


class ToolsRequested(Signal, kw_only=True, tag="tools_requested"):
    """The LLM asked for one batch of tool calls; `request` is what it answered with them."""

    calls: list[ToolCall]
    request: str | None = None


class ToolStarted(Signal, kw_only=True, tag="tool_started"):
    """One tool of the batch began to run."""

    call_id: str


class ToolFinished(Signal, kw_only=True, tag="tool_finished"):
    """One tool of the batch ended with `output`, which is an error message if `is_error`.

    `answered_by_llm` is false for a result after which the LLM is not asked again.
    """

    call_id: str
    output: str
    is_error: bool = False
    answered_by_llm: bool = True


class ToolCancelled(Signal, kw_only=True, tag="tool_cancelled"):
    """One tool of the batch was called off and its result will not be used."""

    call_id: str


ToolSignal = ToolsRequested | ToolStarted | ToolFinished | ToolCancelled
