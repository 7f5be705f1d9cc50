"""The services of a call, built from its configuration.

Services that speak plain HTTP want a client session from outside. It is opened when the first of
them is built and closed with the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService

from bot.config import BotConfig, ProviderConfig, ServiceConfig, Slot
from bot.fallback import with_fallback
from bot.models import Models
from bot.providers import build
from bot.providers.voices import tts_of

if TYPE_CHECKING:
    import aiohttp


class HttpSession:
    """One HTTP client session, opened on first use."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """Return the session; call it inside a running event loop."""
        if self._session is None:
            import aiohttp

            self._session = aiohttp.ClientSession()
        return self._session

    def drop(self) -> None:
        """Give up a session that nothing was sent over."""
        session, self._session = self._session, None
        if session is not None:
            session.detach()

    async def aclose(self) -> None:
        """Close the session if it was opened."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


@dataclass(frozen=True)
class Services:
    """The STT, LLM and TTS of a call, or its realtime model, and the HTTP session they share.

    Attributes:
        serving: The services by slot, those that are preferred.
        fallback: The services that may take over, by slot.
        placed: What stands in the pipeline for each slot: the service, or what holds all of them.
    """

    serving: Mapping[Slot, FrameProcessor]
    fallback: Mapping[Slot, Sequence[FrameProcessor]] = field(default_factory=dict)
    placed: Mapping[Slot, FrameProcessor] = field(default_factory=dict)
    http: HttpSession = field(default_factory=HttpSession)

    @property
    def stt(self) -> FrameProcessor:
        """Who hears; `KeyError` where a realtime model does."""
        return self.serving["stt"]

    @property
    def llm(self) -> FrameProcessor:
        """Who thinks; `KeyError` where a realtime model does."""
        return self.serving["llm"]

    @property
    def llms(self) -> list[LLMService[Any]]:
        """Who thinks and those that may take over; none where a realtime model does."""
        thinking = (self.serving.get("llm"), *self.fallback.get("llm", ()))
        return [service for service in thinking if isinstance(service, LLMService)]

    @property
    def tts(self) -> FrameProcessor:
        """Who speaks; `KeyError` where a realtime model does."""
        return self.serving["tts"]


def build_services(config: BotConfig, *, env: Mapping[str, str], models: Models) -> Services:
    """Build the services of a configuration; call it inside a running event loop.

    Args:
        config: what the bot is.
        env: where API keys are looked up.
        models: heavy models shared by the calls of a process.

    Raises:
        ProviderError: one of them cannot be found, imported or built as configured.
    """
    http = HttpSession()
    made: dict[Slot, list[FrameProcessor]] = {}
    configured = config.services
    if "tts" in configured:
        configured["tts"] = tts_of(config, config.starts)
    try:
        for slot, service in configured.items():
            made[slot] = [
                build(
                    slot,
                    provider,
                    env=env,
                    models=models,
                    language=config.agent.language,
                    system_instruction=config.instructions_of(config.starts),
                    aiohttp_session=http.open,
                )
                for provider in service.providers
            ]
    except BaseException:
        http.drop()
        raise
    return Services(
        serving={slot: services[0] for slot, services in made.items()},
        fallback={slot: services[1:] for slot, services in made.items()},
        placed={slot: _placed(slot, configured[slot], services) for slot, services in made.items()},
        http=http,
    )


def _placed(
    slot: Slot, config: ProviderConfig, services: Sequence[FrameProcessor]
) -> FrameProcessor:
    return (
        with_fallback(slot, config, services) if isinstance(config, ServiceConfig) else services[0]
    )
