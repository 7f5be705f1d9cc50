"""A bot as somebody else builds it: Pipecat's own aggregators and strategies, scripted services."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from bot.attached.call import AttachedCall
from bot.memory import MemoryTransport
from eventlog.events import AgentState, AgentStateChanged, Event
from tests.scripted.llm import ScriptedLLM
from tests.scripted.speech import speech
from tests.scripted.stt import ScriptedSTT
from tests.scripted.tts import ScriptedTTS
from tests.scripted.vad import EnergyVAD

ASKED = "Hello how are you today"
ANSWER = "I am fine."


class PlainBot:
    """A worker and what it was made of; `stt` and `llm` take the place of the scripted services.

    Attributes:
        worker: The worker, made and not running.
        transport: Its transport; `far_end` is the caller.
    """

    def __init__(
        self,
        *,
        stt: FrameProcessor | None = None,
        llm: FrameProcessor | None = None,
        tools: list[Any] | None = None,
        user_params: LLMUserAggregatorParams | None = None,
        seconds: float = 0.4,
        **options: Any,
    ) -> None:
        self.transport = MemoryTransport()
        answers = [{"input": ASKED, "content": ANSWER}]
        context = LLMContext(tools=tools) if tools else LLMContext()
        user, assistant = LLMContextAggregatorPair(context, user_params=user_params or turns())
        utterances = [{"text": ASKED, "final_after": 0.3, "confidence": 0.8}]
        self.worker = PipelineWorker(
            Pipeline(
                [
                    self.transport.input(),
                    stt or ScriptedSTT(utterances=utterances),
                    user,
                    llm or ScriptedLLM(answers=answers),
                    ScriptedTTS(duration=0.1, seconds_per_character=seconds / len(ANSWER)),
                    self.transport.output(),
                    assistant,
                ]
            ),
            params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
            **options,
        )

    async def hold(
        self, call: AttachedCall, script: Callable[[], Awaitable[None]], **runner_options: Any
    ) -> dict[str, Any]:
        """Run the bot, play the caller, and return the report; the script ends the call."""
        runner = WorkerRunner(handle_sigint=False, **runner_options)
        await runner.add_workers(self.worker)

        @self.transport.event_handler("on_client_disconnected")
        async def gone(_transport: Any, _client: Any) -> None:
            await runner.cancel()

        del gone
        running = asyncio.create_task(runner.run())
        try:
            await self.transport.far_end.join()
            await self.transport.far_end.connected()
            await script()
            async with asyncio.timeout(10):
                await running
        finally:
            await runner.cancel()
            await running
        return (await call.report()).data

    async def ask(self) -> None:
        """Say the one thing that the bot understands."""
        await self.transport.far_end.speak(speech(0.4), 16000).done()


class States:
    """Lets a script wait for what the bot does."""

    def __init__(self, call: AttachedCall) -> None:
        self._reached: dict[AgentState, asyncio.Event] = {s: asyncio.Event() for s in AgentState}
        call.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AgentStateChanged):
            for state, reached in self._reached.items():
                reached.set() if state is event.new_state else reached.clear()

    async def bot_is(self, state: AgentState) -> None:
        async with asyncio.timeout(20):
            await self._reached[state].wait()


def turns(**params: Any) -> LLMUserAggregatorParams:
    """Turn-taking of Pipecat's own, by energy and silence."""
    return LLMUserAggregatorParams(
        vad_analyzer=EnergyVAD(start_secs=0.05, stop_secs=0.2),
        user_turn_strategies=UserTurnStrategies(
            stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.1)]
        ),
        **params,
    )
