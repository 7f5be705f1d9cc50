"""The pipeline of a call with one realtime model: transport → user's turn → model → transport.

The model finds the turns itself; the VAD beside it decides nothing and is there for the log, which
counts from the true onset and end of speech. The bot's voice and the assistant's aggregator are
those of every call, so a reply that is cut is cut to the words that were heard.
"""

from __future__ import annotations

from functools import partial

from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport
from pipecat.turns.user_stop import ExternalUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.agents import Agents
from bot.config import BotConfig
from bot.pipeline import CallPipeline
from bot.providers import build_vad
from bot.services import Services
from bot.silence import watch_model_for_silence
from processors.floor import Floor
from processors.output_order import OutputOrder
from processors.pipeline_end import PipelineEnd
from processors.playback import PausablePlayback
from processors.realtime.asking import PastAggregator
from processors.realtime.model import cancel_answer
from processors.realtime.tool_limit import SessionToolLimit
from processors.realtime.turns import ModelTurns, ModelUserTurnStartStrategy, write_turns_at_once
from processors.realtime.words import WholeWords
from processors.recording import CallRecording
from processors.typed_text import TypedText


class NoVoiceError(RuntimeError):
    """The bot was to say a text word for word and is a realtime model, which cannot."""

    def __init__(self) -> None:
        super().__init__(
            "a realtime model speaks by itself and says no text word for word; "
            "tell it what to say: call.generate_reply(instructions)"
        )


def assemble_realtime(
    config: BotConfig,
    transport: BaseTransport,
    services: Services,
    agents: Agents,
    recording: CallRecording | None,
    *,
    rtvi: bool = False,
) -> CallPipeline:
    """Put the processors of a call in their order; see `bot.pipeline.assemble`.

    Raises:
        ConfigError: A VAD cannot be imported or built.
    """
    context = LLMContext(tools=tools) if (tools := agents.tools) else LLMContext()
    floor = Floor()
    aggregators = LLMContextAggregatorPair(
        context, user_params=_user_params(config, floor), realtime_service_mode=True
    )
    user, assistant = aggregators.user(), aggregators.assistant()
    write_turns_at_once(user)
    watch_model_for_silence(services, config.call.provider_timeout)
    end = PipelineEnd(floor)
    processors: list[FrameProcessor | None] = [
        transport.input(),
        TypedText(floor, answers_rtvi=not rtvi),
        PastAggregator(),
        user,
        ModelTurns(floor, context, partial(cancel_answer, services.placed["realtime"])),
        services.placed["realtime"],
        WholeWords(),
        SessionToolLimit(config.turn.max_tool_steps, context),
        PausablePlayback(floor),
        transport.output(),
        recording,
        OutputOrder(),
        assistant,
        end,
    ]
    pipeline = Pipeline([processor for processor in processors if processor is not None])
    return CallPipeline(pipeline, context, end, floor)


def _user_params(config: BotConfig, floor: Floor) -> LLMUserAggregatorParams:
    return LLMUserAggregatorParams(
        vad_analyzer=build_vad(config.vad),
        user_turn_strategies=UserTurnStrategies(
            start=[ModelUserTurnStartStrategy(floor)],
            stop=[ExternalUserTurnStopStrategy(wait_for_transcript=False)],
        ),
        empty_user_turn=None,
    )
