"""Tool calls: Pipecat's function call frames as signals."""

from __future__ import annotations

import json
from typing import Any

from pipecat.frames.frames import (
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallsStartedFrame,
)
from pipecat.services.llm_service import LLMService

from eventlog.signals import (
    Signal,
    ToolCall,
    ToolCancelled,
    ToolFinished,
    ToolsRequested,
    ToolStarted,
)
from processors.llm_requests.mark import request_of
from processors.tool_output import ErrorOutput

TOOL_FRAMES: tuple[type[Frame], ...] = (
    FunctionCallsStartedFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallCancelFrame,
)

TIMED_OUT = "The tool did not answer in time"


def tool_signals(frame: Frame, at: float) -> list[Signal]:
    """Return what one function call frame says; nothing for progress that settles no call."""
    if isinstance(frame, FunctionCallsStartedFrame):
        calls = [
            ToolCall(
                call_id=call.tool_call_id,
                name=call.function_name,
                arguments=json.dumps(dict(call.arguments), separators=(",", ":"), default=str),
            )
            for call in frame.function_calls
        ]
        return [ToolsRequested(at=at, calls=calls, request=request_of(frame))]
    if isinstance(frame, FunctionCallInProgressFrame):
        return [ToolStarted(at=at, call_id=frame.tool_call_id)]
    if isinstance(frame, FunctionCallResultFrame):
        if frame.properties and not frame.properties.is_final:
            return []
        return [
            ToolFinished(
                at=at,
                call_id=frame.tool_call_id,
                output=_as_text(frame.result),
                is_error=_is_error(frame),
                answered_by_llm=_runs_llm(frame),
            )
        ]
    if isinstance(frame, FunctionCallCancelFrame):
        if frame.run_llm:
            return [
                ToolFinished(at=at, call_id=frame.tool_call_id, output=TIMED_OUT, is_error=True)
            ]
        return [ToolCancelled(at=at, call_id=frame.tool_call_id)]
    return []


def _is_error(frame: FunctionCallResultFrame) -> bool:
    if frame.error is not None or isinstance(frame.result, ErrorOutput):
        return True
    # LLMService._missing_function_call_handler: a tool that the LLM made up.
    unknown = LLMService.MISSING_FUNCTION_CALL_MESSAGE_TEMPLATE
    return frame.result == unknown.format(function_name=frame.function_name)


def _runs_llm(frame: FunctionCallResultFrame) -> bool:
    # LLMAssistantAggregator._handle_function_call_result: no result, no answer.
    if not frame.result:
        return False
    if frame.properties and frame.properties.run_llm is not None:
        return frame.properties.run_llm
    return frame.run_llm is not False


def _as_text(result: Any) -> str:
    if isinstance(result, str):
        return str(result)  # an ErrorOutput as plain text, which is what a journal takes
    return "" if result is None else json.dumps(result, ensure_ascii=False, default=str)
