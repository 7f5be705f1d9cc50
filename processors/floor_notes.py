"""What frames that pass the bot's voice tell of its doings, noted on the floor.

The voice is the last of the processors that decide, and the first that sees the results of tools in
the order in which they are heard, so it is where these notes are taken.
"""

from __future__ import annotations

from pipecat.frames.frames import (
    Frame,
    FunctionCallCancelFrame,
    FunctionCallResultFrame,
    FunctionCallsStartedFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.floor import Floor


def note(floor: Floor, frame: Frame, direction: FrameDirection) -> None:
    """Note what a frame tells as soon as it comes."""
    if direction is FrameDirection.UPSTREAM:
        if isinstance(frame, LLMContextFrame):
            floor.thinks()
    elif isinstance(frame, FunctionCallsStartedFrame):
        for call in frame.function_calls:
            floor.tool_started(call.tool_call_id)
    elif isinstance(frame, FunctionCallCancelFrame):
        floor.tool_ended(frame.tool_call_id)
    elif isinstance(frame, LLMFullResponseEndFrame):
        floor.thought()


def note_result(floor: Floor, frame: FunctionCallResultFrame) -> None:
    """Note that a tool has ended, when what was said before its result has been heard."""
    properties = frame.properties
    if properties is None or properties.is_final:
        asked = properties.run_llm if properties else None
        run_llm = frame.run_llm if asked is None else asked
        to_be_answered = bool(frame.result) and run_llm is not False
        floor.tool_ended(frame.tool_call_id, to_be_answered=to_be_answered)
