"""Choose whom to ask for each service, and go on with the others whatever one answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from typing import Any

from openai import AsyncOpenAI
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService
from pipecat.services.deepgram.flux.tts import DeepgramFluxTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.deepgram.tts import DeepgramHttpTTSService, DeepgramTTSService
from pipecat.services.elevenlabs.stt import ElevenLabsRealtimeSTTService, ElevenLabsSTTService
from pipecat.services.elevenlabs.tts import ElevenLabsHttpTTSService, ElevenLabsTTSService
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

from bot.config import BotConfig, ConfigError, ProviderConfig, Slot
from bot.config.catalogue import find
from bot.doctor.findings import Tell, ok, warning
from bot.doctor.online import daily, deepgram, elevenlabs, openai
from bot.doctor.online.inquiry import Inquiry, rest_address
from bot.providers import build, describe
from bot.services import HttpSession

_FLUX = (DeepgramFluxSTTService, DeepgramFluxTTSService)
_DEEPGRAM = (DeepgramSTTService, DeepgramTTSService, DeepgramHttpTTSService, *_FLUX)
_ELEVENLABS = (
    ElevenLabsTTSService,
    ElevenLabsHttpTTSService,
    ElevenLabsSTTService,
    ElevenLabsRealtimeSTTService,
)


async def ask_online(
    config: BotConfig,
    env: Mapping[str, str],
    *,
    broken: Collection[str],
    seconds: float,
    tell: Tell,
) -> None:
    """Ask the vendors of all services, and Daily if there is a key for it, at the same time.

    Args:
        config: Whose services.
        env: Where keys are looked up.
        broken: Services that cannot be built; they are not asked for.
        seconds: How long one question may take.
        tell: Takes the findings.
    """
    asker = _Asker(config, env, seconds, tell)
    services = (asker.service(slot, slot in broken) for slot in config.services)
    await asyncio.gather(*services, asker.daily())


class _Asker:
    def __init__(
        self, config: BotConfig, env: Mapping[str, str], seconds: float, tell: Tell
    ) -> None:
        self._config = config
        self._env = env
        self._seconds = seconds
        self._tell = tell

    async def service(self, slot: Slot, broken: bool) -> None:
        configured = self._config.services[slot]
        who = f"{slot} {configured.provider}"
        if broken:
            message = f"{who}: not asked, as its configuration or its key is missing something"
            self._tell(warning("online", message, "see above"))
            return
        http = HttpSession()
        try:
            service: Any = build(slot, configured, env=self._env, aiohttp_session=http.open)
        except ConfigError as error:
            self._tell(warning("online", f"{who}: not asked ({error})"))
            return
        finally:
            http.drop()  # whom the service would ask over it is asked otherwise
        if hasattr(service, "load"):
            self._tell(ok("online", f"{who} runs on this machine: nobody to ask"))
            return
        await self._ask(slot, configured, service, who)

    async def daily(self) -> None:
        key = self._env.get(daily.VARIABLE)
        if not key:
            message = f"Daily: {daily.VARIABLE} is not set, and parley join needs none"
            self._tell(ok("online", message))
            return
        address = (self._env.get(daily.ADDRESS_VARIABLE) or daily.ADDRESS).rstrip("/")
        inquiry = self._inquiry("Daily's rooms", "Daily", address, key, daily.VARIABLE)
        await self._told(inquiry, daily.ask_daily(inquiry))

    async def _ask(self, slot: Slot, configured: ProviderConfig, service: Any, who: str) -> None:
        is_about = describe(service)
        model, voice = is_about["model"], is_about["voice"] if slot == "tts" else None
        origin = _origin(slot, configured)
        client = getattr(service, "_client", None)
        if isinstance(service, _DEEPGRAM):
            address, key = self._address(slot, configured, deepgram.ADDRESS)
            is_flux = isinstance(service, _FLUX)
            address = address.partition("/v2/")[0] if is_flux else address
            inquiry = self._inquiry(who, "Deepgram", address, key, origin)
            asking = deepgram.ask_deepgram(
                inquiry, model=model, voice=voice, all_listed=not is_flux
            )
        elif isinstance(service, _ELEVENLABS):
            address, key = self._address(slot, configured, elevenlabs.ADDRESS)
            inquiry = self._inquiry(who, "ElevenLabs", address, key, origin)
            asking = elevenlabs.ask_elevenlabs(inquiry, model=model, voice=voice)
        elif type(service) is OpenAIRealtimeLLMService:
            address, key = self._address(slot, configured, openai.REALTIME_ADDRESS)
            inquiry = self._inquiry(who, "OpenAI", address, key, origin)
            asking = openai.ask_openai_realtime(inquiry, model=model)
        elif isinstance(client, AsyncOpenAI) and ".azure." not in type(service).__module__:
            vendor = "OpenAI" if client.base_url.host.endswith("openai.com") else "the server"
            inquiry = self._inquiry(who, vendor, str(client.base_url), client.api_key, origin)
            asking = openai.ask_openai(inquiry, client, model=model)
        else:
            self._tell(warning("online", f"{who}: there is no online check for this provider"))
            return
        await self._told(inquiry, asking)

    def _address(self, slot: Slot, configured: ProviderConfig, usual: str) -> tuple[str, str]:
        """Return where a service is configured to go, as REST, and its key."""
        from bot.providers.plan import plan

        given = plan(slot, configured, env=self._env, defaults={}).arguments
        address = str(given.get("base_url") or given.get("url") or usual)
        return rest_address(address), str(given.get("api_key") or "")

    def _inquiry(self, who: str, vendor: str, address: str, key: str, origin: str) -> Inquiry:
        return Inquiry(who, vendor, address, key, origin, self._seconds, self._tell)

    async def _told(self, inquiry: Inquiry, asking: Awaitable[None]) -> None:
        try:
            await asking
        except Exception as error:  # noqa: BLE001 - whatever an SDK raises is the finding
            self._tell(inquiry.explained(error))


def _origin(slot: Slot, configured: ProviderConfig) -> str:
    entry = find(slot, configured.provider) if ":" not in configured.provider else None
    variables = entry.variables.get("api_key", ()) if entry else ()
    given = "api_key" in configured.args or not variables
    return f"{slot}.args.api_key" if given else " or ".join(variables)
