"""The three vendors of the generated bot, on loopback."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.attach.generated import environment
from tests.wire.deepgram import DeepgramServer, Utterance
from tests.wire.elevenlabs import ElevenLabsServer
from tests.wire.openai import Answer, OpenAIServer

ASKED = "What is the capital of France?"


@dataclass
class Vendors:
    """The servers that one call talks to."""

    deepgram: DeepgramServer
    openai: OpenAIServer
    elevenlabs: ElevenLabsServer

    def environment(self) -> dict[str, str]:
        return environment(self.deepgram.url, self.openai.base_url, self.elevenlabs.url)


@asynccontextmanager
async def vendors(*, answers: tuple[str, ...] = ()) -> AsyncGenerator[Vendors]:
    """Servers for a greeting and one question, or for other answers."""
    said = answers or ("Hello, I am your assistant.", "It is Paris, on the Seine.")
    async with AsyncExitStack() as stack:
        yield Vendors(
            await stack.enter_async_context(DeepgramServer([Utterance(ASKED, confidence=0.9)])),
            await stack.enter_async_context(OpenAIServer([Answer(text) for text in said])),
            await stack.enter_async_context(ElevenLabsServer()),
        )
