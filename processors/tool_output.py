"""What a tool gives back when it has no result.

Pipecat marks a result as an error only if it words it itself, and its words do not say what was
wrong. A text of this kind reaches the LLM as it stands, and the log as an error.
"""

from __future__ import annotations


class ErrorOutput(str):
    """The output of a failed tool call, in words for the LLM."""

    __slots__ = ()


class ToolError(Exception):
    """Raised by a tool to tell the LLM what went wrong; its message is what the LLM reads."""
