"""Each service of a call is watched for going mute; see `processors.silence`."""

from __future__ import annotations

from pipecat.processors.frame_processor import FrameProcessor

from bot.providers import describe
from bot.services import Services
from processors.failover import LLMFailover
from processors.silence import LLMSilence, RealtimeSilence, STTSilence, TTSSilence


def watch_for_silence(services: Services, limit: float | None) -> None:
    """Let the services fail that say nothing.

    Args:
        services: The services of a call, before it begins.
        limit: Seconds without a sign of a provider that owes one (`call.provider_timeout`).
    """
    for tts in (services.tts, *services.fallback.get("tts", ())):
        TTSSilence(tts, name=_name(tts))
    if limit is None:
        return
    for stt in (services.stt, *services.fallback.get("stt", ())):
        STTSilence(stt, name=_name(stt), limit=limit)
    for llm in (services.llm, *services.fallback.get("llm", ())):

        def alone(service: FrameProcessor = llm) -> bool:
            placed = services.placed["llm"]
            return not isinstance(placed, LLMFailover) or placed.strategy.next_to(service) is None

        LLMSilence(llm, name=_name(llm), limit=limit, alone=alone)


def watch_model_for_silence(services: Services, limit: float | None) -> None:
    """Let a realtime model fail that says nothing; see `watch_for_silence`."""
    if limit is not None:
        model = services.placed["realtime"]
        RealtimeSilence(model, name=_name(model), limit=limit)


def _name(service: FrameProcessor) -> str:
    return describe(service)["provider"] or type(service).__name__
