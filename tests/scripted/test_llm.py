"""The scripted LLM answers by the script, through Pipecat's own LLM machinery."""

from typing import Any

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    FunctionCallResultFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData, TTFBMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.llm_service import FunctionCallParams

from tests.scripted.llm import ScriptedLLM
from tests.scripted.pipeline import Running, running
from tests.scripted.script import ScriptError

LATE = 0.15


def _asking(text: str) -> LLMContextFrame:
    return LLMContextFrame(LLMContext(messages=[{"role": "user", "content": text}]))


def _text(call: Running) -> str:
    return "".join(frame.text for frame in call.ear.all(LLMTextFrame))


def _data(call: Running, kind: type[Any]) -> list[Any]:
    return [
        item
        for frame in call.ear.all(MetricsFrame)
        for item in frame.data
        if isinstance(item, kind)
    ]


async def test_tokens_come_one_by_one_between_the_first_and_the_end():
    llm = ScriptedLLM(
        [{"input": "Hello?", "content": "I am quite well.", "ttft": 0.1, "duration": 0.5}]
    )
    async with running([llm]) as call:
        await call.worker.queue_frame(_asking("Hello?"))
        await call.ear.wait_for(LLMFullResponseEndFrame)
        asked = call.ear.times(LLMFullResponseStartFrame)[0]
        tokens = [frame.text for frame in call.ear.all(LLMTextFrame)]
        times = [at - asked for at in call.ear.times(LLMTextFrame)]
        ended = call.ear.times(LLMFullResponseEndFrame)[0] - asked
        latency = [item.value for item in _data(call, TTFBMetricsData) if item.value]
        usage = _data(call, LLMUsageMetricsData)[0].value
    assert tokens == ["I", " am", " quite", " well."]
    for at, due in zip(times, [0.1, 0.2, 0.3, 0.4], strict=True):
        assert -0.01 < at - due < LATE
    assert -0.01 < ended - 0.5 < LATE
    assert latency == [pytest.approx(0.1, abs=LATE)]
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (1, 4, 5)


async def test_the_answer_is_the_one_for_what_was_asked_and_else_the_next():
    llm = ScriptedLLM(
        [
            {"content": "First. ", "ttft": 0},
            {"input": "Two?", "content": "Second. ", "ttft": 0},
            {"content": "Third. ", "ttft": 0},
        ]
    )
    async with running([llm]) as call:
        for text in ("Two?", "Anything?", "Two?", "More?"):
            await call.worker.queue_frame(_asking(text))
        await call.ear.wait_for(LLMFullResponseEndFrame, count=4)
        assert _text(call) == "Second. First. Second. Third. "
    assert [request.messages[-1]["content"] for request in llm.requests] == [
        "Two?",
        "Anything?",
        "Two?",
        "More?",
    ]


async def test_a_question_outside_the_script_is_an_error_that_names_it():
    llm = ScriptedLLM([{"input": "Known?", "content": "Yes."}])
    async with running([llm]) as call:
        await call.worker.queue_frame(_asking("Unknown?"))
        error = await call.ear.wait_for(ErrorFrame)
        await call.ear.wait_for(LLMFullResponseEndFrame)
    assert "No answer is left for 'Unknown?'" in error.error


async def test_a_scripted_failure_comes_as_an_error_frame():
    llm = ScriptedLLM([{"input": None, "content": "", "error": "model overloaded", "ttft": 0.05}])
    async with running([llm]) as call:
        await call.worker.queue_frame(_asking("Hello?"))
        error = await call.ear.wait_for(ErrorFrame)
        await call.ear.wait_for(LLMFullResponseEndFrame)
        assert call.ear.all(LLMTextFrame) == []
    assert "model overloaded" in error.error
    assert error.processor is llm


async def test_an_interruption_cancels_the_request_and_its_answer_is_still_to_be_had():
    llm = ScriptedLLM([{"content": "Slow.", "ttft": 2.0}, {"content": "Other.", "ttft": 0}])
    async with running([llm]) as call:
        await call.worker.queue_frame(_asking("Hello?"))
        await call.ear.wait_for(LLMFullResponseStartFrame)
        await call.worker.queue_frame(InterruptionFrame())
        await call.ear.wait_for(LLMFullResponseEndFrame)
        assert llm.requests[0].cancelled
        assert llm.requests[0].tokens_sent == 0
        await call.worker.queue_frame(_asking("And now?"))
        await call.ear.wait_for(LLMTextFrame)
        assert _text(call) == "Slow."
    assert not llm.requests[1].cancelled


async def _weather(params: FunctionCallParams, location: str) -> None:
    """Tell the weather.

    Args:
        params: Of the call.
        location: Where.
    """
    await params.result_callback(f"Sunny in {location}.")


async def test_tool_calls_run_through_pipecat_and_their_output_is_answered():
    call_of_tool = {"name": "_weather", "arguments": {"location": "Tokyo"}, "call_id": "call_1"}
    llm = ScriptedLLM(
        [
            {"input": "weather?", "content": "", "tool_calls": [call_of_tool], "ttft": 0.05},
            {"input": "Sunny in Tokyo.", "content": "It is sunny.", "ttft": 0.05},
        ]
    )
    context = LLMContext(messages=[{"role": "user", "content": "weather?"}], tools=[_weather])
    user, assistant = LLMContextAggregatorPair(context)
    async with running([user, llm, assistant]) as call:
        await call.worker.queue_frame(LLMContextFrame(context))
        await call.ear.wait_for(LLMFullResponseEndFrame, count=2)
        result = call.ear.all(FunctionCallResultFrame)[0]
        assert _text(call) == "It is sunny."
    assert (result.tool_call_id, result.result) == ("call_1", "Sunny in Tokyo.")
    assert llm.requests[0].tools == ["_weather"]
    assert [message["role"] for message in llm.requests[1].messages] == [
        "user",
        "assistant",
        "tool",
    ]


async def test_a_speculative_answer_waits_for_the_end_of_the_turn():
    llm = ScriptedLLM([{"content": "Early.", "ttft": 0, "duration": 0}])
    async with running([llm]) as call:
        frame = _asking("Hello?")
        frame.speculation = True
        await call.worker.queue_frame(frame)
        while not _data(call, LLMUsageMetricsData):
            await call.ear.wait_for(Frame, count=len(call.ear.heard) + 1)
        assert call.ear.all(LLMTextFrame) == []
        await call.worker.queue_frame(UserStoppedSpeakingFrame())
        await call.ear.wait_for(LLMFullResponseEndFrame)
        assert _text(call) == "Early."
    assert llm.requests[0].speculative


async def test_a_misspelt_key_is_refused():
    with pytest.raises(ScriptError, match="unknown key 'contents'"):
        ScriptedLLM([{"contents": "Hi"}])
