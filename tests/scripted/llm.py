"""A language model that knows its answers, in Pipecat's own LLM service."""

import asyncio
import copy
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import (
    Frame,
    FunctionCallFromLLM,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from tests.scripted.script import ScriptError, check_keys, sleep_until

_ANSWER_KEYS = {"input", "content", "tool_calls", "ttft", "duration", "error", "usage"}
_CALL_KEYS = {"name", "arguments", "call_id"}


@dataclass
class Request:
    """One completion as the service was asked for it.

    Attributes:
        at: Epoch seconds.
        messages: The messages as sent, the system instruction included.
        tools: Names of the tools on offer.
        tool_choice: What the context said, None when it said nothing.
        speculative: Whether it was asked before the user's turn had ended.
        answer: The answer of the script; None when none fits.
        tokens_sent: How many pieces of text went out.
        cancelled: Whether an interruption cut it off.
        finished_at: Epoch seconds of its end, whichever way it ended.
    """

    at: float
    messages: list[Any]
    tools: list[str]
    tool_choice: Any
    speculative: bool
    answer: Mapping[str, Any] | None = None
    tokens_sent: int = 0
    cancelled: bool = False
    finished_at: float | None = field(default=None)


class ScriptedLLM(LLMService):
    """Streams the answer whose `input` is the last user text or tool output.

    An answer with an input is given once, and again when no other fits: a speculative or cut
    request is asked twice. An answer without `input` is given in order, when none with this
    input exists; one cut off before its first token is given to the next request instead.

    Args:
        answers: Mappings with `content`, `input` (None or left out: in order), `tool_calls` (each
            with `name`, `arguments`, `call_id`), `ttft` and `duration` (seconds from the request
            to the first token and to the end), `error` (fails after `ttft` with this message) and
            `usage` (`prompt_tokens`, `completion_tokens`, `cached_tokens`; a word is a token
            otherwise).
        obeys_tool_choice: Whether a request without a choice of tools gets none.
        settings: A delta over the default settings.

    Attributes:
        requests: What was asked, oldest first.

    Raises:
        ScriptError: If the script has an unknown key.
    """

    Settings = LLMSettings

    def __init__(
        self,
        answers: Sequence[Mapping[str, Any]] = (),
        *,
        obeys_tool_choice: bool = True,
        settings: LLMSettings | None = None,
        **kwargs: Any,
    ) -> None:
        defaults = LLMSettings(
            model="scripted-llm",
            system_instruction=None,
            temperature=None,
            max_tokens=None,
            top_p=None,
            top_k=None,
            frequency_penalty=None,
            presence_penalty=None,
            seed=None,
            filter_incomplete_user_turns=False,
            user_turn_completion_config=None,
        )
        if settings is not None:
            defaults.apply_update(settings)
        super().__init__(settings=defaults, **kwargs)
        for answer in answers:
            check_keys(answer, _ANSWER_KEYS, f"The answer to {answer.get('input')!r}")
            for call in answer.get("tool_calls", ()):
                check_keys(call, _CALL_KEYS, f"A tool call in answer to {answer.get('input')!r}")
        self.requests: list[Request] = []
        self._obeys_tool_choice = obeys_tool_choice
        self._unused = list(answers)
        self._answers = list(answers)

    def can_generate_metrics(self) -> bool:
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            await self.start_processing_metrics()
            await self._process_context(frame)
        except Exception as e:  # noqa: BLE001 - as the shipped services, which report all
            await self.push_error(error_msg=f"Error during completion: {e}", exception=e)
        finally:
            await self.stop_processing_metrics()
            await self.push_frame(LLMFullResponseEndFrame())

    async def run_inference(
        self,
        context: LLMContext,
        max_tokens: int | None = None,
        system_instruction: str | None = None,
        response_schema: dict[str, Any] | None = None,
    ) -> str | None:
        """Give the whole answer at once, outside the conversation."""
        answer = self._choose(context)
        await asyncio.sleep(answer.get("duration", 0.0))
        return answer.get("content")

    async def _process_context(self, frame: LLMContextFrame) -> None:
        started = time.monotonic()
        await self.start_ttfb_metrics()
        request = await self._record(frame)
        self.requests.append(request)
        try:
            answer = request.answer = self._choose(frame.context)
            await self._stream(request, answer, started)
            if request.tool_choice != "none" or not self._obeys_tool_choice:
                await self._call_tools(answer, frame.context)
        except asyncio.CancelledError:
            request.cancelled = True
            if request.answer is not None and request.tokens_sent == 0:
                self._take_back(request.answer)
            raise
        finally:
            request.finished_at = time.time()

    async def _record(self, frame: LLMContextFrame) -> Request:
        params: Mapping[str, Any] = await self.get_llm_adapter().get_llm_invocation_params(
            frame.context,
            system_instruction=self._settings.system_instruction,
            convert_developer_to_user=False,
        )
        tools = params["tools"] if isinstance(params["tools"], list) else []
        choice = params["tool_choice"]
        return Request(
            at=time.time(),
            messages=copy.deepcopy(list(params["messages"])),
            tools=[tool["function"]["name"] for tool in tools],
            tool_choice=choice if isinstance(choice, (str, dict)) else None,
            speculative=bool(frame.speculation),
        )

    def _choose(self, context: LLMContext) -> Mapping[str, Any]:
        asked = _last_input(context)
        for pool in (self._unused, self._answers):
            for answer in pool:
                if answer.get("input") is not None and answer["input"].strip() == asked:
                    return self._use(answer)
        for answer in self._unused:
            if answer.get("input") is None:
                return self._use(answer)
        raise ScriptError(
            f"No answer is left for {asked!r}: add one with this `input`, or one with none."
        )

    def _use(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        self._unused = [other for other in self._unused if other is not answer]
        return answer

    def _take_back(self, answer: Mapping[str, Any]) -> None:
        if not any(other is answer for other in self._unused):
            self._unused.insert(0, answer)

    async def _stream(self, request: Request, answer: Mapping[str, Any], started: float) -> None:
        ttft = answer.get("ttft", 0.1)
        duration = max(answer.get("duration", ttft), ttft)
        await sleep_until(started + ttft)
        if answer.get("error"):
            raise ScriptError(answer["error"])
        await self.stop_ttfb_metrics()
        tokens = re.findall(r"\s*\S+(?:\s+$)?", answer.get("content") or "")
        for index, token in enumerate(tokens):
            await sleep_until(started + ttft + (duration - ttft) * index / len(tokens))
            await self._push_llm_text(token)
            request.tokens_sent += 1
        await sleep_until(started + duration)
        await self.start_llm_usage_metrics(_usage(request, answer, len(tokens)))

    async def _call_tools(self, answer: Mapping[str, Any], context: LLMContext) -> None:
        calls = [
            FunctionCallFromLLM(
                context=context,
                tool_call_id=call.get("call_id", f"call_{len(self.requests)}_{index}"),
                function_name=call["name"],
                arguments=dict(call.get("arguments") or {}),
            )
            for index, call in enumerate(answer.get("tool_calls") or ())
        ]
        if calls:
            await self.stop_ttfat_metrics()
            await self.run_function_calls(calls)


def _last_input(context: LLMContext) -> str:
    """The newest thing that is not the model's own: user text, or a tool's output."""
    for message in reversed(context.get_messages()):
        if isinstance(message, dict) and message.get("role") in ("user", "tool", "developer"):
            return _plain(message.get("content")).strip()
    return ""


def _plain(content: Any) -> str:
    """Text of a message; a tool's output is JSON in the context, and a string in the script."""
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content)
    try:
        decoded = json.loads(content)
    except (TypeError, ValueError):
        return str(content)
    return decoded if isinstance(decoded, str) else str(content)


def _usage(request: Request, answer: Mapping[str, Any], tokens: int) -> LLMTokenUsage:
    given = answer.get("usage") or {}
    words = sum(len(str(message.get("content") or "").split()) for message in request.messages)
    prompt = given.get("prompt_tokens", words)
    completion = given.get("completion_tokens", tokens + len(answer.get("tool_calls") or ()))
    return LLMTokenUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        cache_read_input_tokens=given.get("cached_tokens"),
    )
