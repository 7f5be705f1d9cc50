"""What is noted of requests is what Pipecat's real client sends, and what really comes back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    MetricsFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.llm import OpenAILLMService

from processors.llm_requests import LLMTap
from processors.llm_requests.mark import request_of

from .faults import Fault
from .loopback import KEY
from .openai import Answer, OpenAIServer, ToolCall
from .pipeline import ServiceLine, running
from .test_openai import asked


class Tapped:
    """A line with a tapped service: what was noted, in the order in which all was known of it."""

    def __init__(self, service: OpenAILLMService) -> None:
        numbers = count(1)
        self.lines: list[dict[str, Any]] = []
        self.lost: list[str] = []
        self._change = asyncio.Event()
        self.tap = LLMTap(
            service,
            provider="openai",
            new_id=lambda: f"llm_{next(numbers)}",
            agent=lambda: "desk",
            take=self._take,
            lose=self.lost.append,
        )
        self.line: ServiceLine

    def _take(self, request: Any, ended_at: float) -> None:
        self.lines.append(request.as_line(ended_at))
        self._change.set()

    async def noted(self, number: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(5):
            while len(self.lines) < number:
                self._change.clear()
                await self._change.wait()
        return self.lines


@asynccontextmanager
async def tapped(server: OpenAIServer, **settings: Any) -> AsyncGenerator[Tapped]:
    chosen = OpenAILLMService.Settings(model="gpt-4.1-mini", **settings)
    service = OpenAILLMService(api_key=KEY, base_url=server.base_url, settings=chosen)
    found = Tapped(service)
    async with running(service) as found.line:
        yield found
    assert found.lost == []


def body_of(line: dict[str, Any]) -> dict[str, Any]:
    """The body of the request that a line tells of."""
    tools = {"tools": line["tools"]} if line["tools"] else {}
    return {**line["settings"], "messages": line["messages"], **tools}


async def get_weather(params: FunctionCallParams, city: str) -> None:
    """Get the weather.

    Args:
        city: The city's name.
    """
    await params.result_callback({"city": city})


def early(question: str, **kwargs: Any) -> LLMContextFrame:
    context = LLMContext([{"role": "user", "content": question}], **kwargs)
    return LLMContextFrame(context, speculation=True)


async def first_token(line: ServiceLine) -> None:
    """Wait for the first token of an answer, also of one that is held."""
    await line.next(
        MetricsFrame, lambda f: any(isinstance(d, TTFBMetricsData) and d.value for d in f.data)
    )


async def test_a_request_is_noted_as_it_was_sent_with_what_came_back() -> None:
    answer = Answer("Python is a language.", prompt_tokens=21)
    options = {"system_instruction": "Be brief.", "temperature": 0.5, "extra": {"seed": 7}}
    async with OpenAIServer([answer]) as server, tapped(server, **options) as found:
        await found.line.send(asked("What is Python?", tools=[get_weather]))
        [line] = await found.noted(1)
    assert body_of(line) == server.connections[0].body
    assert line["settings"] | {"temperature": 0.5, "seed": 7} == line["settings"]
    assert line["messages"][0] == {"role": "system", "content": "Be brief."}
    assert line["answer"] == {"text": "Python is a language.", "calls": []}
    assert (line["outcome"], line["error"], line["early"]) == ("completed", None, False)
    assert (line["provider"], line["model"], line["agent"]) == ("openai", "gpt-4.1-mini", "desk")
    assert (line["tokens"]["prompt_tokens"], line["tokens"]["completion_tokens"]) == (21, 4)
    assert 0 < line["ttfb"] <= line["ended_at"] - line["at"] + 0.01


async def test_the_frames_of_an_answer_know_which_request_it_answers() -> None:
    answers = [Answer("One."), Answer("Two.")]
    async with OpenAIServer(answers) as server, tapped(server) as found:
        await found.line.send(asked("First?"))
        await found.noted(1)
        await found.line.send(asked("Second?"))
        await found.noted(2)
    texts = found.line.frames(LLMTextFrame)
    assert [(f.text, request_of(f)) for f in texts] == [("One.", "llm_1"), ("Two.", "llm_2")]


async def test_headers_and_keys_are_not_noted() -> None:
    extra = {"extra_headers": {"X-Secret": "hidden"}, "seed": 1}
    async with OpenAIServer([Answer("Yes.")]) as server, tapped(server, extra=extra) as found:
        await found.line.send(asked("Really?"))
        [line] = await found.noted(1)
    assert server.requests[0].headers["x-secret"] == "hidden"
    assert body_of(line) == server.connections[0].body
    assert "hidden" not in str(line)
    assert KEY not in str(line)


async def test_a_context_that_changes_later_does_not_change_what_was_noted() -> None:
    async with OpenAIServer([Answer("Yes.")]) as server, tapped(server) as found:
        frame = asked("Really?")
        await found.line.send(frame)
        await found.line.next(LLMTextFrame)
        frame.context.add_message({"role": "user", "content": "later"})
        [line] = await found.noted(1)
    assert line["messages"] == server.connections[0].body["messages"]
    assert "later" not in str(line)


async def test_tools_that_were_asked_for_are_noted_with_their_arguments() -> None:
    call = ToolCall("get_weather", {"city": "São Paulo"}, call_id="call_1")
    answer = Answer("One moment.", tool_calls=[call])
    async with OpenAIServer([answer]) as server, tapped(server) as found:
        await found.line.send(asked("Weather?", tools=[get_weather]))
        [line] = await found.noted(1)
    assert line["answer"] == {
        "text": "One moment.",
        "calls": [{"id": "call_1", "name": "get_weather", "arguments": {"city": "São Paulo"}}],
    }


async def test_an_answer_that_was_interrupted_is_cut_with_what_had_come() -> None:
    answer = Answer("one two three", token_pace=5.0)
    async with OpenAIServer([answer]) as server, tapped(server) as found:
        await found.line.send(asked("Count."))
        await found.line.next(LLMTextFrame)
        await found.line.send(InterruptionFrame())
        [line] = await found.noted(1)
    assert (line["outcome"], line["answer"]["text"]) == ("cut", "one")


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.RESET])
async def test_a_provider_that_fails_is_noted_with_its_error(fault: Fault) -> None:
    async with OpenAIServer([Answer("One two.")] * 9, fault=fault) as server:
        async with tapped(server) as found:
            await found.line.send(asked("Well?"))
            [line] = await found.noted(1)
        await server.heal()
    assert line["outcome"] == "failed"
    assert line["error"]
    assert KEY not in str(line)
    assert line["messages"] == [{"role": "user", "content": "Well?"}]


async def test_what_is_under_way_when_the_call_ends_is_unfinished() -> None:
    answer = Answer("one two three", token_pace=5.0)
    async with OpenAIServer([answer]) as server, tapped(server) as found:
        await found.line.send(asked("Count."))
        await found.line.next(LLMTextFrame)
        found.tap.close()
        assert [line["outcome"] for line in found.lines] == ["unfinished"]
        await found.line.send(InterruptionFrame())
    assert len(found.lines) == 1


async def test_an_early_reply_is_noted_when_its_turn_is_over() -> None:
    async with OpenAIServer([Answer("Fine.")]) as server, tapped(server) as found:
        await found.line.send(early("How are you?"))
        await server.until(lambda: server.connections != [] and server.connections[0].done)
        assert found.lines == []
        await found.line.send(UserStoppedSpeakingFrame())
        await found.line.next(LLMFullResponseEndFrame)
        [line] = await found.noted(1)
    assert body_of(line) == server.connections[0].body
    assert (line["early"], line["outcome"], line["answer"]["text"]) == (True, "completed", "Fine.")


async def test_an_early_reply_that_is_withdrawn_is_noted_though_nobody_heard_of_it() -> None:
    async with OpenAIServer([Answer("Fine.")]) as server, tapped(server) as found:
        await found.line.send(early("How are"))
        await first_token(found.line)
        await found.line.send(EagerEndOfTurnCancelFrame())
        [line] = await found.noted(1)
    assert (line["early"], line["outcome"]) == (True, "withdrawn")
    assert line["messages"] == [{"role": "user", "content": "How are"}]
    assert found.line.frames(LLMTextFrame) == []


async def test_an_early_reply_in_whose_place_another_is_asked_is_withdrawn() -> None:
    answers = [Answer("Fine."), Answer("Well, thank you.")]
    async with OpenAIServer(answers) as server, tapped(server) as found:
        await found.line.send(early("How are"))
        await server.until(lambda: server.connections != [] and server.connections[0].done)
        await found.line.send(asked("How are you?"))
        first, second = await found.noted(2)
    assert (first["id"], first["outcome"]) == ("llm_1", "withdrawn")
    assert (second["id"], second["outcome"]) == ("llm_2", "completed")
    [text, *_] = found.line.frames(LLMTextFrame)
    assert request_of(text) == "llm_2"


async def test_an_early_reply_that_wants_a_tool_is_withdrawn_and_says_which() -> None:
    call = ToolCall("get_weather", {"city": "Rome"}, call_id="call_1")
    async with OpenAIServer([Answer(tool_calls=[call])]) as server, tapped(server) as found:
        await found.line.send(early("Weather?", tools=[get_weather]))
        [line] = await found.noted(1)
    assert line["outcome"] == "withdrawn"
    assert [call["name"] for call in line["answer"]["calls"]] == ["get_weather"]


async def test_what_is_asked_beside_the_conversation_is_not_taken_for_it() -> None:
    answers = [Answer("one two", token_pace=0.3), Answer("A summary.")]
    async with OpenAIServer(answers) as server, tapped(server) as found:
        await found.line.send(asked("Count."))
        await server.until(lambda: server.connections != [])
        other = LLMContext([{"role": "user", "content": "Sum it up."}])
        service: Any = found.tap._service
        assert await service.run_inference(other) == "A summary."
        [line] = await found.noted(1)
    assert line["messages"] == [{"role": "user", "content": "Count."}]


async def test_a_note_that_cannot_be_made_is_counted_and_costs_no_answer() -> None:
    async with OpenAIServer([Answer("Yes.")]) as server:
        service = OpenAILLMService(
            api_key=KEY,
            base_url=server.base_url,
            settings=OpenAILLMService.Settings(model="gpt-4.1-mini"),
        )
        found = Tapped(service)

        def broken(*_: object) -> None:
            raise ValueError("no memory")

        found.tap._take = broken
        async with running(service) as line:
            await line.send(asked("Really?"))
            await line.next(LLMFullResponseEndFrame)
            assert [frame.text for frame in line.frames(LLMTextFrame)] == ["Yes."]
    assert found.lost == ["ValueError('no memory')"]
