"""A bot whose model hears and speaks by itself: what its report has, and what it has not.

Such a model gives the user's words after its answer has begun, so the turns have no delays and the
user's message stands behind the reply.
"""

from pathlib import Path

import pytest
from pipecat.frames.frames import LLMRunFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair

from bot import attach
from bot.memory import MemoryTransport
from eventlog.events import AgentState
from tests.attach.plain_bot import PlainBot, States
from tests.attach.story import faults, story
from tests.scripted.speech import speech
from tests.wire.openai_realtime import OpenAIRealtimeServer
from tests.wire.realtime_reply import Reply
from tests.wire.test_openai_realtime import service

pytestmark = pytest.mark.slow


class RealtimeBot(PlainBot):
    """Pipecat's own client of OpenAI's realtime model, and its aggregators in realtime mode."""

    def __init__(self, server: OpenAIRealtimeServer) -> None:
        self.transport = MemoryTransport()
        context = LLMContext([{"role": "developer", "content": "Say hello."}])
        user, assistant = LLMContextAggregatorPair(context, realtime_service_mode=True)
        inside = [user, service(server), self.transport.output(), assistant]
        self.worker = PipelineWorker(
            Pipeline([self.transport.input(), *inside]),
            params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
        )


async def test_its_messages_and_states_are_in_the_report(tmp_path: Path) -> None:
    asked, replies = "What is the capital of France?", ["Hello there.", "It is Paris."]
    async with OpenAIRealtimeServer([asked], [Reply(text) for text in replies]) as server:
        bot = RealtimeBot(server)
        call = attach(bot.worker, {"log": {"directory": str(tmp_path), "llm": True}})
        states = States(call)

        async def script() -> None:
            await bot.worker.queue_frame(LLMRunFrame())
            await states.bot_is(AgentState.SPEAKING)
            await states.bot_is(AgentState.LISTENING)
            await bot.transport.far_end.speak(speech(1.0), 16000).done()
            await states.bot_is(AgentState.SPEAKING)
            await states.bot_is(AgentState.LISTENING)
            await bot.transport.far_end.leave()

        report = await bot.hold(call, script)
    assert faults(report, tmp_path) == []
    messages = [line for line in story(report) if line.startswith(("user:", "assistant:"))]
    assert sorted(messages) == [*(f"assistant: {text}" for text in replies), f"user: {asked}"]
    assert story(report)[-1] == "close participant_disconnected"
    assert [line for line in story(report) if line.startswith("user ")] == [
        "user speaking",
        "user listening",
    ]
    assert [entry["type"] for entry in report["usage"]] == ["llm_usage"]
    assert report["parley"]["turns"] == []
    # It is given a conversation and answers in sound: no request is sent for a reply.
    assert call.folder is not None
    assert (call.folder / "llm.jsonl").read_text() == ""
    assert report["parley"]["requests"] == {}
