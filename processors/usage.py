"""Usage: what Pipecat's metrics say that a provider consumed, in the report's counters."""

from __future__ import annotations

from pipecat.frames.frames import MetricsFrame
from pipecat.metrics.metrics import (
    LLMUsageMetricsData,
    MetricsData,
    STTUsageMetricsData,
    TTSUsageMetricsData,
)
from pipecat.processors.frame_processor import FrameProcessor

from eventlog.signals import Used
from processors.failures import provider_of


def usage_of(frame: MetricsFrame, at: float, processor: FrameProcessor) -> list[Used]:
    """Return one signal for each record of consumption in a metrics frame."""
    used: list[Used] = []
    for data in frame.data:
        kind, counters = _counters(data)
        if kind:
            used.append(
                Used(
                    at=at,
                    type=kind,
                    provider=provider_of(processor),
                    model=data.model or "",
                    counters=counters,
                )
            )
    return used


def _counters(data: MetricsData) -> tuple[str, dict[str, float]]:
    if isinstance(data, LLMUsageMetricsData):
        tokens = data.value
        of_audio = {
            "input_audio_tokens": tokens.input_audio_tokens,
            "output_audio_tokens": tokens.output_audio_tokens,
        }
        return "llm_usage", {
            "input_tokens": tokens.prompt_tokens,
            "input_cached_tokens": tokens.cache_read_input_tokens or 0,
            "output_tokens": tokens.completion_tokens,
            **{name: amount for name, amount in of_audio.items() if amount is not None},
        }
    if isinstance(data, TTSUsageMetricsData):
        return "tts_usage", {"characters_count": data.value}
    if isinstance(data, STTUsageMetricsData):
        return "stt_usage", {"audio_duration": data.value.audio_seconds}
    return "", {}
