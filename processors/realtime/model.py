"""What a realtime model can be told beside what Pipecat tells it."""

from __future__ import annotations

from pipecat.processors.frame_processor import FrameProcessor


async def cancel_answer(service: FrameProcessor) -> None:
    """Have a model stop generating, where Pipecat's class of it has a way.

    A model that hears the user's voice stops by itself. Pipecat does not tell it of any other
    interruption: it would go on, and start nothing else before it is done.
    """
    from pipecat.services.openai.realtime.events import ResponseCancelEvent
    from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

    if isinstance(service, OpenAIRealtimeLLMService):
        await service.send_client_event(ResponseCancelEvent())
