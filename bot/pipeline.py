"""The pipeline of a call: transport → STT → user's turn → LLM → TTS → transport → what was said.

The order is Pipecat's, with Parley's processors between; those of turn-taking share a floor. The
assistant's aggregator stands behind the output, which is what makes its text the words that were
really played.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport

from bot.agents import Agents
from bot.config import BotConfig, load_user_turn_hook
from bot.services import Services
from bot.silence import watch_for_silence
from bot.turn_taking import turn_taking
from processors.floor import Floor
from processors.hand_off import AgentEntry, HandOff
from processors.listening import Listening
from processors.output_order import OutputOrder
from processors.owed_answer import answer_after_empty_turns
from processors.pipeline_end import PipelineEnd
from processors.recording import CallRecording
from processors.silence import CalledOff
from processors.tool_limit import ToolStepLimit
from processors.typed_text import TypedText
from processors.user_turn_gate import UserTurnGate


@dataclass(frozen=True)
class CallPipeline:
    """A pipeline and the parts of it that a call speaks to."""

    pipeline: Pipeline
    context: LLMContext
    end: PipelineEnd
    floor: Floor


def assemble(
    config: BotConfig,
    transport: BaseTransport,
    services: Services,
    agents: Agents,
    recording: CallRecording | None,
    *,
    rtvi: bool = False,
) -> CallPipeline:
    """Put the processors of a call in their order.

    Args:
        config: What the bot is.
        transport: Where the call comes in.
        services: The STT, LLM and TTS.
        agents: Who may have the call, and what they can call.
        recording: What records the call, if it is recorded.
        rtvi: Whether Pipecat's RTVI processor answers the far side's messages.

    Raises:
        ConfigError: A hook, a VAD or a turn detector cannot be imported or built.
    """
    context = LLMContext(tools=tools) if (tools := agents.tools) else LLMContext()
    turns = turn_taking(config, context)
    aggregators = LLMContextAggregatorPair(context, user_params=turns.user_params)
    user, assistant = aggregators.user(), aggregators.assistant()
    answer_after_empty_turns(user, turns.floor)
    watch_for_silence(services, config.call.provider_timeout)
    hook = load_user_turn_hook(config)
    end = PipelineEnd(turns.floor)
    entry = AgentEntry(context, agents.open) if agents.several else None
    hand_off = HandOff(agents.hand_offs, turns.floor, agents.enter) if agents.several else None
    processors: list[FrameProcessor | None] = [
        transport.input(),
        services.placed["stt"],
        Listening(turns.floor),
        TypedText(turns.floor, answers_rtvi=not rtvi),
        user,
        UserTurnGate(
            hook,
            floor=turns.floor,
            preemption=turns.preemption,
            timeout=config.hooks.timeout,
        ),
        services.placed["llm"],
        entry,
        CalledOff(),
        ToolStepLimit(config.turn.max_tool_steps),
        services.placed["tts"],
        turns.playback,
        transport.output(),
        recording,
        hand_off,
        OutputOrder(),
        assistant,
        end,
    ]
    pipeline = Pipeline([processor for processor in processors if processor is not None])
    return CallPipeline(pipeline, context, end, turns.floor)
