"""Failures: Pipecat's error frames in the words of the log.

Secrets are masked by Pipecat itself before an error travels (`ErrorFrame.__post_init__`).
"""

from __future__ import annotations

from pipecat.frames.frames import ErrorFrame
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.utils.errors import ErrorCategory

from eventlog.signals import ErrorSource, Failed

TAKEN_OVER = "parley.taken_over"
"""Key in an error frame's metadata: whether another provider takes over."""

_SOURCES: tuple[tuple[type[FrameProcessor], ErrorSource], ...] = (
    (STTService, ErrorSource.STT),
    (LLMService, ErrorSource.LLM),
    (TTSService, ErrorSource.TTS),
    (BaseInputTransport, ErrorSource.TRANSPORT),
    (BaseOutputTransport, ErrorSource.TRANSPORT),
)


def source_of(processor: FrameProcessor) -> ErrorSource:
    """Return which part of the pipeline `processor` is."""
    for kind, source in _SOURCES:
        if isinstance(processor, kind):
            return source
    return ErrorSource.OTHER


def provider_of(processor: FrameProcessor) -> str:
    """Return the short name of who is behind a processor: its package in Pipecat."""
    module = type(processor).__module__
    match module.split("."):
        case ["pipecat", "services" | "transports", vendor, *_]:
            return vendor
        case _:
            return module


def is_tool_failure(frame: ErrorFrame, processor: FrameProcessor) -> bool:
    """Tell whether a tool raised: no failure of the LLM, since the tool's output says so."""
    return frame.category is ErrorCategory.APPLICATION and isinstance(processor, LLMService)


def failure_of(
    frame: ErrorFrame, at: float, processor: FrameProcessor, *, realtime: bool = False
) -> Failed:
    """Return the signal for one error frame, raised by `processor` at `at` (epoch seconds).

    Where the bot is one `realtime` model, that is what Pipecat takes for an LLM.
    """
    source = source_of(processor)
    return Failed(
        at=at,
        source=ErrorSource.REALTIME if realtime and source is ErrorSource.LLM else source,
        label=f"{type(processor).__module__}.{type(processor).__name__}",
        recoverable=processor.is_usable,
        message=frame.error,
        provider=provider_of(processor),
        category=frame.category.value if frame.category else "",
        taken_over=bool(frame.metadata.get(TAKEN_OVER)),
    )
