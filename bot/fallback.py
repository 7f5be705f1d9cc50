"""The providers of one slot as one processor: the first serves, the others wait to take over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import SegmentedSTTService

from bot.config.schema import ServiceConfig, Slot
from bot.providers import describe
from processors.failover import (
    FailoverPolicy,
    LLMFailover,
    LLMWork,
    ServiceFailover,
    STTWork,
    TTSWork,
)


def with_fallback(
    slot: Slot, config: ServiceConfig, services: Sequence[FrameProcessor]
) -> FrameProcessor:
    """Return what stands in the pipeline for these services, the first of which is preferred."""
    if len(services) == 1:
        return services[0]
    policy = FailoverPolicy(
        slot,
        {service: describe(service)["provider"] or "" for service in services},
        silence_timeout=config.silence_timeout,
        recover_after=config.recover_after,
    )
    if slot == "llm":
        return LLMFailover(cast(Sequence[LLMService[Any]], services), policy, LLMWork())
    if slot == "tts":
        return ServiceFailover(services, policy, TTSWork())

    def whole() -> bool:
        return isinstance(switcher.strategy.active_service, SegmentedSTTService)

    switcher = ServiceFailover(services, policy, STTWork(whole=whole))
    return switcher
