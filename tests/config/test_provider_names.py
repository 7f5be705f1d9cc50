"""Which names a provider goes by, and what is behind them."""

import importlib.util

import aiohttp
import pytest
from pipecat.cli.registry.service_metadata import ServiceRegistry
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.ollama.llm import OLLamaLLMService

from bot.config import ProviderError, ServiceConfig
from bot.config.catalogue import entries, find, of_class
from bot.providers import build, describe, resolve

LISTED = {
    "stt": ServiceRegistry.STT_SERVICES,
    "llm": ServiceRegistry.LLM_SERVICES,
    "tts": ServiceRegistry.TTS_SERVICES,
}
ALL = [(slot, service) for slot, services in LISTED.items() for service in services]


@pytest.mark.parametrize(("slot", "service"), ALL, ids=[s.value for _, s in ALL])
def test_every_service_that_pipecat_lists_has_a_short_name(slot, service):
    for name in (service.value, service.value.removesuffix(f"_{slot}"), service.value.upper()):
        entry = find(slot, name)
        assert entry is not None
        assert entry.class_name == service.class_name[0]
        assert entry.package == service.package
    assert importlib.util.find_spec(".".join(entry.module.split(".")[:3])) is not None


@pytest.mark.parametrize(("slot", "service"), ALL, ids=[s.value for _, s in ALL])
def test_every_service_that_pipecat_lists_resolves_or_says_what_to_install(slot, service):
    try:
        found = resolve(slot, service.value).__name__
    except ProviderError as error:
        found = error.hint
    assert found in (service.class_name[0], f'run: uv pip install "{service.package}"')


@pytest.mark.parametrize(
    ("slot", "name", "cls"),
    [
        ("stt", "deepgram", DeepgramSTTService),
        ("stt", "deepgram_stt", DeepgramSTTService),
        ("stt", "Deepgram-STT", DeepgramSTTService),
        ("llm", "ollama", OLLamaLLMService),
        ("tts", "cartesia", CartesiaTTSService),
        ("stt", "pipecat.services.deepgram.stt:DeepgramSTTService", DeepgramSTTService),
    ],
)
def test_a_provider_resolves_by_its_short_name_or_its_path(slot, name, cls):
    assert resolve(slot, name) is cls


@pytest.mark.parametrize(
    ("slot", "name", "class_name"),
    [
        ("llm", "google", "GoogleLLMService"),
        ("llm", "aws", "AWSBedrockLLMService"),
        ("tts", "pocket_tts", "PocketTTSService"),
        ("stt", "moonshine-streaming", "MoonshineStreamingSTTService"),
        ("stt", "moonshine", "MoonshineSTTService"),
        ("llm", "llamacpp", "LlamaCppLLMService"),
        ("tts", "piper_embedded", "EmbeddedPiperTTSService"),
        ("tts", "piper", "PiperTTSService"),
    ],
)
def test_vendors_and_embedded_providers_have_names_too(slot, name, class_name):
    entry = find(slot, name)
    assert entry is not None
    assert entry.class_name == class_name


def test_no_two_providers_of_a_slot_share_a_name():
    for slot in ("stt", "llm", "tts"):
        names = [entry.name for entry in entries(slot)]
        assert len(set(names)) == len(names)


def test_a_class_is_known_only_as_itself():
    class Mine(DeepgramSTTService):
        """Somebody's own."""

    entry = of_class("stt", DeepgramSTTService)
    assert entry is not None
    assert entry.name == "deepgram"
    assert of_class("stt", Mine) is None


@pytest.mark.parametrize(
    ("slot", "name", "said"),
    [
        ("stt", "depgram", "unknown stt provider 'depgram'; did you mean 'deepgram'?"),
        (
            "stt",
            "deepgram_flx",
            "unknown stt provider 'deepgram_flx'; did you mean 'deepgram-flux'?",
        ),
        (
            "tts",
            "nowhere.at.all:Service",
            "there is no module 'nowhere'; "
            "it is looked up among the installed packages and in the working directory",
        ),
        (
            "tts",
            "pipecat.services.cartesia.tts:CartesiaTTSServce",
            "module 'pipecat.services.cartesia.tts' has no 'CartesiaTTSServce'; "
            "did you mean 'CartesiaTTSService'?",
        ),
        ("tts", "json:loads", "'json:loads' is not a class of Pipecat processors"),
        ("tts", "json:JSONDecoder", "'json:JSONDecoder' is not a class of Pipecat processors"),
        (
            "tts",
            "pipecat.services.deepgram.stt:DeepgramSTTService",
            "'pipecat.services.deepgram.stt:DeepgramSTTService' is an stt service, not a tts",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told(slot, name, said):
    with pytest.raises(ProviderError) as caught:
        resolve(slot, name)
    assert str(caught.value) == f"config: {slot}.provider: {said}"


def test_a_name_near_to_none_is_told_with_all_there_are():
    with pytest.raises(ProviderError) as caught:
        resolve("llm", "qqqqqq")
    assert caught.value.hint.startswith("known llm providers: anthropic, aws-bedrock, azure, ")
    assert caught.value.hint.endswith(", together, xai, or 'module:Class'")


def test_an_extra_that_is_not_installed_is_told_with_the_command(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pipecat.services.cartesia.tts", None)
    with pytest.raises(ProviderError) as caught:
        resolve("tts", "cartesia")
    assert str(caught.value) == (
        "config: tts.provider: 'cartesia' cannot be imported: "
        "import of pipecat.services.cartesia.tts halted; None in sys.modules; "
        'run: uv pip install "pipecat-ai[cartesia]"'
    )


ABSENT = {"moonshine", "piper", "xtts"}
"""Local servers and models that Pipecat wants to download or be told of when it builds them."""


async def test_every_installed_service_is_built_from_its_name_and_the_environment():
    built = 0
    async with aiohttp.ClientSession() as session:
        for slot, definition in ALL:
            entry = find(slot, definition.value)
            assert entry is not None
            if entry.name in ABSENT or not installed(slot, entry.name):
                continue
            env = dict.fromkeys(entry.variables.values(), "dummy")
            config = ServiceConfig(provider=entry.name)
            made = build(slot, config, env=env, aiohttp_session=session, language="en")
            assert describe(made)["provider"] == entry.name
            built += 1
    assert built > 50


def installed(slot, name):
    try:
        resolve(slot, name)
    except ProviderError:
        return False
    return True
