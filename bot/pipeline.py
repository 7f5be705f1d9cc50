"""The pipeline of a call: transport → STT → user's turn → LLM → TTS → transport → what was said.

The order is Pipecat's, with Parley's few processors between. The assistant's aggregator stands
behind the output, which is what makes its text the words that were really played.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.config import BotConfig, ConfigError, TurnConfig, load_tools, load_user_turn_hook
from bot.config.references import BrokenReferenceError, import_reference
from bot.providers import build_vad
from bot.tools import as_direct_function
from processors.barge_in import BargeInUserTurnStartStrategy
from processors.endpointing import EndpointingUserTurnStopStrategy
from processors.pipeline_end import PipelineEnd
from processors.recording import CallRecording
from processors.tool_limit import ToolStepLimit
from processors.user_turn_gate import UserTurnGate

# Pipecat ends a turn by force when nothing does; it must not come before our own longest wait.
_STOP_TIMEOUT_MARGIN = 2.0


@dataclass(frozen=True)
class Services:
    """The three services of a call, built."""

    stt: FrameProcessor
    llm: FrameProcessor
    tts: FrameProcessor


@dataclass(frozen=True)
class CallPipeline:
    """A pipeline and the parts of it that a call speaks to."""

    pipeline: Pipeline
    context: LLMContext
    end: PipelineEnd


def assemble(
    config: BotConfig,
    transport: BaseTransport,
    services: Services,
    recording: CallRecording | None,
) -> CallPipeline:
    """Put the processors of a call in their order.

    Raises:
        ConfigError: A tool, a hook, a VAD or a turn detector cannot be imported or built.
    """
    tools: Any = [as_direct_function(tool) for tool in load_tools(config)]
    context = LLMContext(tools=tools) if tools else LLMContext()
    user, assistant = LLMContextAggregatorPair(context, user_params=_user_params(config))
    end = PipelineEnd()
    processors: list[FrameProcessor | None] = [
        transport.input(),
        services.stt,
        user,
        UserTurnGate(load_user_turn_hook(config)),
        services.llm,
        ToolStepLimit(config.turn.max_tool_steps),
        services.tts,
        transport.output(),
        recording,
        assistant,
        end,
    ]
    pipeline = Pipeline([processor for processor in processors if processor is not None])
    return CallPipeline(pipeline, context, end)


def _user_params(config: BotConfig) -> LLMUserAggregatorParams:
    turn = config.turn
    start = BargeInUserTurnStartStrategy(min_duration=turn.min_interruption_duration)
    stop = EndpointingUserTurnStopStrategy(
        min_delay=turn.min_endpointing_delay,
        max_delay=turn.max_endpointing_delay,
        detector=_detector(config),
    )
    return LLMUserAggregatorParams(
        vad_analyzer=build_vad(config.vad),
        user_turn_strategies=UserTurnStrategies(start=[start], stop=[stop]),
        user_turn_stop_timeout=max(5.0, turn.max_endpointing_delay + _STOP_TIMEOUT_MARGIN),
        # A turn without words is no turn: the bot does not ask what was said.
        empty_user_turn=None,
    )


def _detector(config: BotConfig) -> BaseTurnAnalyzer | None:
    turn = config.turn
    if turn.detector == "none":
        return None
    if turn.detector == "smart-turn":
        return _smart_turn(turn)
    try:
        return import_reference(turn.detector)()
    except BrokenReferenceError as error:
        file = config.file_of("turn", "detector")
        raise ConfigError(file, "turn.detector", str(error), error.hint) from error


def _smart_turn(turn: TurnConfig) -> BaseTurnAnalyzer:
    from pipecat.audio.turn.smart_turn.base_smart_turn import SmartTurnParams
    from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

    params = SmartTurnParams(stop_secs=max(turn.max_endpointing_delay, 0.1))
    return LocalSmartTurnAnalyzerV3(params=params)
