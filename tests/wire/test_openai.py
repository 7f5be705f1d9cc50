"""Pipecat's real OpenAI client against the loopback server."""

from typing import Any

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    FunctionCallResultFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.llm import OpenAILLMService

from .faults import Fault
from .loopback import KEY
from .openai import Answer, OpenAIServer, ToolCall
from .pipeline import running


def service(server: OpenAIServer, key: str = KEY) -> OpenAILLMService:
    settings = OpenAILLMService.Settings(model="gpt-4.1-mini")
    return OpenAILLMService(api_key=key, base_url=server.base_url, settings=settings)


def asked(question: str, **kwargs: Any) -> LLMContextFrame:
    return LLMContextFrame(LLMContext([{"role": "user", "content": question}], **kwargs))


async def test_text_comes_token_by_token_with_its_usage() -> None:
    answer = Answer("Python is a language.", prompt_tokens=21)
    async with OpenAIServer([answer]) as server, running(service(server)) as line:
        await line.send(asked("What is Python?"))
        await line.next(LLMFullResponseEndFrame)
        usage = await line.next(
            MetricsFrame, lambda f: any(isinstance(d, LLMUsageMetricsData) for d in f.data)
        )
    assert [f.text for f in line.frames(LLMTextFrame)] == ["Python", " is", " a", " language."]
    tokens = next(d.value for d in usage.data if isinstance(d, LLMUsageMetricsData))
    assert (tokens.prompt_tokens, tokens.completion_tokens, tokens.total_tokens) == (21, 4, 25)
    (chat,) = server.connections
    assert chat.request.path == "/v1/chat/completions"
    assert chat.body["model"] == "gpt-4.1-mini"
    assert chat.body["messages"] == [{"role": "user", "content": "What is Python?"}]
    assert (chat.done, chat.hung_up) == (True, False)


async def test_a_tool_call_reaches_the_function_with_its_arguments() -> None:
    async def get_weather(params: FunctionCallParams, city: str) -> None:
        """Get the weather.

        Args:
            city: The city's name.
        """
        await params.result_callback({"city": city, "celsius": 21})

    call = ToolCall("get_weather", {"city": "São Paulo"}, call_id="call_weather")
    answers = [Answer(tool_calls=[call])]
    async with OpenAIServer(answers) as server, running(service(server)) as line:
        await line.send(asked("Weather?", tools=[get_weather]))
        result = await line.next(FunctionCallResultFrame)
    assert result.tool_call_id == "call_weather"
    assert result.result == {"city": "São Paulo", "celsius": 21}
    assert server.connections[0].body["tools"][0]["function"]["name"] == "get_weather"


async def test_an_interruption_hangs_up_before_the_end() -> None:
    answer = Answer("one two three four five", token_pace=5.0)
    async with OpenAIServer(lambda body: answer) as server, running(service(server)) as line:
        await line.send(asked("Count."))
        await line.next(LLMTextFrame)
        await line.send(InterruptionFrame())
        await server.until(lambda: server.connections[0].hung_up)
    (chat,) = server.connections
    assert (chat.tokens_sent, chat.done) == (1, False)


async def test_an_answer_can_be_asked_for_outside_the_pipeline() -> None:
    async with OpenAIServer([Answer("A summary.")]) as server:
        assert await service(server).run_inference(asked("Sum up.").context) == "A summary."


@pytest.mark.parametrize(("key", "fault"), [("wrong", None), (KEY, Fault.UNAUTHORIZED)])
async def test_a_wrong_or_revoked_key_is_refused(key: str, fault: Fault | None) -> None:
    answers = [Answer("Never said.")]
    async with OpenAIServer(answers, fault=fault) as server, running(service(server, key)) as line:
        await line.send(asked("Hello?"))
        error = await line.next(ErrorFrame)
    assert "401" in error.error
    assert [request.status for request in server.requests] == [401]
    assert server.connections == []


async def test_a_request_beyond_the_script_is_an_error_that_says_so() -> None:
    async with OpenAIServer([]) as server, running(service(server)) as line:
        await line.send(asked("Hello?"))
        error = await line.next(ErrorFrame)
    assert "no answer left" in error.error
