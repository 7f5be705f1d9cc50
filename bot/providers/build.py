"""Build a service from its configuration, and say what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.utils.types import NOT_GIVEN, is_given

from bot.config.catalogue import of_class
from bot.config.entry import Entry
from bot.config.errors import ProviderError
from bot.config.schema import SLOTS, ProviderConfig, Slot
from bot.config.secret import STARS, names_a_secret, secrets_in
from bot.providers.plan import Plan, plan

if TYPE_CHECKING:
    import aiohttp

    from bot.models import Models


def build(
    slot: Slot,
    service: ProviderConfig,
    *,
    env: Mapping[str, str],
    models: Models | None = None,
    language: str | None = None,
    system_instruction: str | None = None,
    aiohttp_session: Callable[[], aiohttp.ClientSession] | None = None,
) -> FrameProcessor:
    """Build one of the services; call it inside a running event loop.

    Args:
        slot: which of them.
        service: its configuration.
        env: where API keys are looked up when the configuration gives none.
        models: heavy models shared by the calls of a process, for the embedded services.
        language: used where the settings name none and the class knows one.
        system_instruction: the same, for the LLM.
        aiohttp_session: opens the session of the services that speak plain HTTP; called for them
            alone.

    Raises:
        ProviderError: the provider cannot be found, imported or built as configured; each line
            names file and key, and no line holds a secret.
    """
    defaults = {"language": language, "system_instruction": system_instruction}
    planned = plan(slot, service, env=env, defaults=defaults)
    if "models" in planned.takes and models is not None:
        planned.arguments["models"] = models
    if "aiohttp_session" in planned.takes and aiohttp_session is not None:
        planned.arguments["aiohttp_session"] = aiohttp_session()
    made = _constructed(slot, service, planned, env)
    _require_voice(slot, service, made, planned.entry)
    return made


def describe(service: FrameProcessor) -> dict[str, str | None]:
    """Return what a report says of a built service: provider, class, model and voice.

    `provider` is the short name or "module:Class"; `model` and `voice` are None where the service
    has none.
    """
    cls = type(service)
    entries = (of_class(slot, cls) for slot in SLOTS)
    name = next((entry.name for entry in entries if entry), f"{cls.__module__}:{cls.__qualname__}")
    settings = getattr(service, "_settings", None)
    return {
        "provider": name,
        "class": cls.__qualname__,
        "model": _text(getattr(settings, "model", None)),
        "voice": _text(getattr(settings, "voice", None)),
    }


def _constructed(
    slot: Slot, service: ProviderConfig, planned: Plan, env: Mapping[str, str]
) -> FrameProcessor:
    try:
        return planned.cls(**planned.arguments)
    except Exception as error:
        ambient, unset = _unset(planned, env)
        keys = [value for name, value in planned.arguments.items() if names_a_secret(name)]
        held = [env.get(variable) for variable in ambient]
        hidden = [*secrets_in(service.args), *secrets_in(service.settings), *keys, *held]
        said = _without(f"{type(error).__name__}: {error}", hidden)
        problem = f"{planned.cls.__name__} cannot be built: {said}"
        hint = f"not set in the environment: {', '.join(unset)}" if unset else ""
        raise ProviderError(
            service.file_of("provider"), service.key or slot, problem, hint
        ) from error


def _unset(planned: Plan, env: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the variables that the class or its library reads by itself, and what is not set.

    None of them must be set, so the class is the first to miss one.
    """
    entry = planned.entry
    if entry is None:
        return (), []
    asked = [*entry.ambient]
    if "voice" not in planned.arguments and not is_given(_setting(planned, "voice")):
        asked += entry.variables.get("voice", ())
    return entry.ambient, [variable for variable in asked if not env.get(variable)]


def _setting(planned: Plan, name: str) -> Any:
    return getattr(planned.arguments.get("settings"), name, NOT_GIVEN)


def _require_voice(
    slot: Slot, service: ProviderConfig, made: FrameProcessor, entry: Entry | None
) -> None:
    """Refuse a TTS without a voice: its server would do so only when the bot first speaks."""
    variables = entry.variables.get("voice") if entry else None
    if slot == "tts" and variables and describe(made)["voice"] is None:
        raise ProviderError(
            service.file_of("provider"),
            f"{service.key or slot}.settings.voice",
            f"{type(made).__name__} has no voice of its own",
            f"give the id of one, or set {' or '.join(variables)}",
        )


def _without(text: str, secrets: Iterable[Any]) -> str:
    for secret in secrets:
        if isinstance(secret, str) and secret:
            text = text.replace(secret, STARS)
    return text


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str) else None
