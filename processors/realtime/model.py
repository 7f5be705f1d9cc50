"""What a realtime model is: a service that hears, thinks and speaks by itself.

To Pipecat it is an LLM service like the others; only what it announces of itself tells.
"""

from __future__ import annotations

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService


def is_realtime(cls: type) -> bool:
    """Tell whether a class of services is a realtime model.

    `LLMService.service_metadata_frame` says that it is none; each of Pipecat's realtime services
    says otherwise in one of its own.
    """
    if not issubclass(cls, LLMService):
        return False
    return cls.service_metadata_frame is not LLMService.service_metadata_frame


async def cancel_answer(service: FrameProcessor) -> None:
    """Have a model stop generating, where Pipecat lets it be told.

    A model that hears the user's voice stops by itself. Pipecat does not tell it of any other
    interruption: it would go on, and start nothing else before it is done.
    """
    from pipecat.services.openai.realtime.events import ResponseCancelEvent
    from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

    if isinstance(service, OpenAIRealtimeLLMService):
        await service.send_client_event(ResponseCancelEvent())
