"""Pipecat's real client of OpenAI's realtime model against the loopback one."""

import numpy as np
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    FunctionCallResultFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    MetricsFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.realtime.events import SessionProperties
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

from .faults import Fault
from .loopback import KEY
from .openai_realtime import OpenAIRealtimeServer
from .pipeline import ServiceLine, running
from .realtime_reply import RATE, Reply


def service(server: OpenAIRealtimeServer, key: str = KEY) -> OpenAIRealtimeLLMService:
    settings = OpenAIRealtimeLLMService.Settings(
        model="gpt-realtime",
        system_instruction="Be brief.",
        session_properties=SessionProperties(),
    )
    return OpenAIRealtimeLLMService(api_key=key, base_url=server.realtime_url, settings=settings)


def spoken(seconds: float) -> list[InputAudioRawFrame]:
    """A sound and a second of silence, in the pieces of a transport."""
    times = np.arange(int(seconds * RATE)) / RATE
    pcm = (8000 * np.sin(2 * np.pi * 220 * times)).astype("<i2").tobytes() + bytes(2 * RATE)
    return [InputAudioRawFrame(pcm[at : at + 960], RATE, 1) for at in range(0, len(pcm), 960)]


async def begin(line: ServiceLine, context: LLMContext) -> None:
    """Hand the model its context, to which it replies."""
    await line.send(LLMContextFrame(context))


async def test_it_greets_hears_a_turn_and_answers_in_audio_and_words() -> None:
    server = OpenAIRealtimeServer(
        ["What is the capital of France?"],
        [Reply("Hello there."), Reply("It is Paris.", input_tokens=50, output_tokens=10)],
    )
    async with server, running(service(server)) as line:
        await begin(line, LLMContext([{"role": "user", "content": "Greet the caller."}]))
        await line.next(LLMFullResponseEndFrame)
        await line.send(*spoken(1.6))
        await line.next(TTSTextFrame, lambda frame: "Paris" in frame.text)
        usage = await line.next(MetricsFrame, lambda frame: _tokens(frame) == (50, 10))
        (connection,) = server.connections
    assert usage is not None
    assert connection.session["instructions"] == "Be brief."
    assert connection.request.query["model"] == ["gpt-realtime"]
    assert len(connection.of("conversation.item.create")) == 1
    up = line.up
    interims = [frame.text for frame in up if isinstance(frame, InterimTranscriptionFrame)]
    finals = [frame.text for frame in up if isinstance(frame, TranscriptionFrame)]
    assert "".join(interims).split() == ["What", "is", "the", "capital", "of", "France?"]
    assert finals == ["What is the capital of France?"]
    assert len(line.frames(ProposedUserStartedSpeakingFrame)) == 1
    assert len(line.frames(ProposedUserStoppedSpeakingFrame)) == 1
    text = "".join(frame.text for frame in line.frames(TTSTextFrame))
    assert text.split() == ["Hello", "there.", "It", "is", "Paris."]
    pcm = b"".join(frame.audio for frame in line.frames(TTSAudioRawFrame))
    assert len(pcm) / 2 / RATE == pytest.approx(0.06 * len("Hello there. It is Paris. "))
    assert np.sqrt(np.mean(np.frombuffer(pcm, dtype="<i2").astype(float) ** 2)) > 3000


async def test_speech_over_a_reply_cancels_it_and_truncates_what_was_heard() -> None:
    long = " ".join(["word"] * 200)
    server = OpenAIRealtimeServer(["Stop."], [Reply(long, piece_pace=0.05), Reply("Okay.")])
    async with server, running(service(server)) as line:
        await begin(line, LLMContext([{"role": "user", "content": "Talk."}]))
        await line.next(TTSAudioRawFrame)
        await line.send(*spoken(0.5))
        await line.next(TTSTextFrame, lambda frame: "Okay." in frame.text)
        (connection,) = server.connections
        await server.until(lambda: bool(connection.of("conversation.item.truncate")))
        await server.until(lambda: connection.told.count("response.done") == 2)
    (truncation,) = connection.of("conversation.item.truncate")
    assert truncation["item_id"] == "answer_0"


async def test_a_function_is_called_and_its_result_handed_in() -> None:
    async def get_weather(params: FunctionCallParams, city: str) -> None:
        """Get the weather.

        Args:
            city: The city's name.
        """
        await params.result_callback({"city": city, "celsius": 21})

    server = OpenAIRealtimeServer([], [Reply(function="get_weather", arguments={"city": "Rome"})])
    async with server, running(service(server)) as line:
        context = LLMContext([{"role": "user", "content": "Weather?"}], tools=[get_weather])
        await begin(line, context)
        result = await line.next(FunctionCallResultFrame)
        (connection,) = server.connections
        await server.until(lambda: len(connection.of("conversation.item.create")) == 2)
    assert result.result == {"city": "Rome", "celsius": 21}
    (tool,) = connection.session["tools"]
    assert tool["name"] == "get_weather"
    item = connection.of("conversation.item.create")[1]["item"]
    assert (item["type"], item["call_id"]) == ("function_call_output", result.tool_call_id)


@pytest.mark.parametrize(("key", "fault"), [("wrong", None), (KEY, Fault.UNAUTHORIZED)])
async def test_a_wrong_or_revoked_key_is_refused(key: str, fault: Fault | None) -> None:
    server = OpenAIRealtimeServer([], [], fault=fault)
    async with server, running(service(server, key)) as line:
        error = await line.next(ErrorFrame)
    assert "401" in error.error
    assert server.connections == []


def _tokens(frame: MetricsFrame) -> tuple[int, int] | None:
    for data in frame.data:
        if isinstance(data, LLMUsageMetricsData):
            return data.value.prompt_tokens, data.value.completion_tokens
    return None
