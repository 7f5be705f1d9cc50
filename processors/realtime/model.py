"""What a realtime model is: a service that hears, thinks and speaks by itself.

To Pipecat it is an LLM service like the others; only what it announces of itself tells.
"""

from __future__ import annotations

from pipecat.services.llm_service import LLMService


def is_realtime(cls: type) -> bool:
    """Tell whether a class of services is a realtime model.

    `LLMService.service_metadata_frame` says that it is none; each of Pipecat's realtime services
    says otherwise in one of its own.
    """
    if not issubclass(cls, LLMService):
        return False
    return cls.service_metadata_frame is not LLMService.service_metadata_frame
