"""One agent as a call needs it."""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.services.settings import TTSSettings

from bot.config import Greeting


@dataclass(frozen=True)
class Agent:
    """Who may have the call.

    Attributes:
        id: Its id, as in the log.
        instructions: What the LLM is told that it is.
        description: What the LLMs of other agents are told of it.
        greeting: How it opens; None to say nothing at the start of a call, and what the LLM makes
            of the conversation on taking it over.
        tools: What it can call, but for the tools that hand over.
        voice: What the TTS is told when it takes over, None where all have the same voice.
        hands_off_to: The ids of the agents that it can hand over to.
    """

    id: str
    instructions: str
    description: str = ""
    greeting: Greeting | None = None
    tools: tuple[FunctionSchema, ...] = ()
    voice: TTSSettings | None = None
    hands_off_to: tuple[str, ...] = ()
