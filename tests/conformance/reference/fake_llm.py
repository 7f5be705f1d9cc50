"""A model that looks its answers up: by the last user text, tool output or instructions.

Answers to the same input are given in the script's order, the last one ever after.
"""

import asyncio
import json
import time
from collections.abc import Sequence

from livekit.agents import APIError
from livekit.agents.llm import (
    LLM,
    ChatChunk,
    ChatContext,
    ChoiceDelta,
    FunctionToolCall,
    LLMStream,
)
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions
from script import Answer


class FakeLLM(LLM):
    """Takes its answers from a script; an input that has none gets an empty answer."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._left: dict[str, list[Answer]] = {}
        for answer in answers:
            self._left.setdefault(answer.input, []).append(answer)

    def __repr__(self) -> str:
        return "<FakeLLM>"  # an error event holds it, and a report should not name an address

    def answer(self, text: str) -> Answer | None:
        left = self._left.get(text, [])
        if len(left) > 1:
            return left.pop(0)
        return left[0] if left else None

    def chat(
        self,
        *,
        chat_ctx: ChatContext,
        tools=None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        **_: object,
    ) -> LLMStream:
        return _FakeStream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class _FakeStream(LLMStream):
    _llm: FakeLLM

    async def _run(self) -> None:
        begin = time.perf_counter()
        answer = self._llm.answer(_input(self.chat_ctx))
        if answer is None:
            return
        await asyncio.sleep(answer.ttft)
        if answer.error is not None:
            raise APIError(answer.error, retryable=answer.retryable)
        for piece in _pieces(answer.content):
            self._send(ChoiceDelta(role="assistant", content=piece))
        await asyncio.sleep(max(0.0, begin + answer.duration - time.perf_counter()))
        if answer.tool_calls:
            calls = [_call(told) for told in answer.tool_calls]
            self._send(ChoiceDelta(role="assistant", tool_calls=calls))

    def _send(self, delta: ChoiceDelta) -> None:
        self._event_ch.send_nowait(ChatChunk(id=str(id(self)), delta=delta))


def _input(context: ChatContext) -> str:
    """What the answer is for; `generate_reply(instructions=…)` adds them to the agent's own."""
    system = next(
        (item for item in context.items if item.type == "message" and item.role == "system"), None
    )
    added = (system.text_content or "").partition("\n")[2] if system else ""
    if added:
        return added
    last = context.items[-1]
    if last.type == "function_call_output":
        return last.output
    return last.text_content or "" if last.type == "message" else ""


def _pieces(content: str) -> list[str]:
    """The content in tokens; empty content is one empty token, as services send it."""
    words = content.split(" ")
    return [word if place == 0 else f" {word}" for place, word in enumerate(words)]


def _call(told: dict) -> FunctionToolCall:
    return FunctionToolCall(
        name=told["name"],
        arguments=json.dumps(told["arguments"], separators=(",", ":")),
        call_id=told["call_id"],
    )
