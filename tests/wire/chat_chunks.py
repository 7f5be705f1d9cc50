"""The pieces of a chat completion as OpenAI streams them, built from a scripted answer."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FRAGMENT = 12
"""Characters of a tool call's arguments per delta."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model asks to run; `call_id` None numbers it `call_0`, `call_1`…"""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted completion.

    `ttft` is the seconds before its first token, `token_pace` those before each further one.
    Token counts of None are counted: words of the request, tokens of the answer.
    """

    text: str = ""
    tool_calls: Sequence[ToolCall] = ()
    ttft: float = 0.05
    token_pace: float = 0.005
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def finish_reason(self) -> str:
        """Why the model stopped, in OpenAI's words."""
        return "tool_calls" if self.tool_calls else "stop"


def deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    """Give the deltas of an answer, one a token: its text first, then its tool calls."""
    for token in re.findall(r"\s*\S+|\s+$", answer.text):
        yield {"content": token}
    for index, call in enumerate(answer.tool_calls):
        function = {"name": call.name, "arguments": ""}
        yield {"tool_calls": [{**_tool_head(index, call), "index": index, "function": function}]}
        arguments = json.dumps(dict(call.arguments))
        for at in range(0, len(arguments), FRAGMENT):
            part = {"arguments": arguments[at : at + FRAGMENT]}
            yield {"tool_calls": [{"index": index, "function": part}]}


def chunk(
    model: str,
    delta: Mapping[str, Any] | None,
    *,
    finish_reason: str | None = None,
    usage: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Wrap a delta; None makes the last chunk, which has no choices and carries the usage."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {
        **_head("chat.completion.chunk", model),
        "choices": [] if delta is None else [choice],
        "usage": usage,
    }


def completion(request: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """Build the whole answer at once, as for a request without `stream`."""
    calls = [
        {
            **_tool_head(index, call),
            "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments))},
        }
        for index, call in enumerate(answer.tool_calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason}
    return {
        **_head("chat.completion", str(request["model"])),
        "choices": [{**choice, "logprobs": None}],
        "usage": usage(request, answer),
    }


def usage(request: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """Count the tokens of a request and its answer."""
    prompt = answer.prompt_tokens
    if prompt is None:
        prompt = len(json.dumps(request["messages"]).split())
    completion = answer.completion_tokens
    if completion is None:
        completion = len(list(deltas(answer)))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _head(kind: str, model: str) -> dict[str, Any]:
    head = {"id": "chatcmpl-loopback", "object": kind, "created": 0, "model": model}
    return {**head, "service_tier": "default", "system_fingerprint": "fp_loopback"}


def _tool_head(index: int, call: ToolCall) -> dict[str, Any]:
    return {"id": call.call_id or f"call_{index}", "type": "function"}
