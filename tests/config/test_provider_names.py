"""Which names a provider goes by, and what is behind them."""

import importlib.util
from pathlib import Path

import pytest
from pipecat.cli.registry.service_metadata import ServiceRegistry
from pipecat.services.cartesia.tts import CartesiaHttpTTSService, CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.ollama.llm import OLLamaLLMService

from bot.config import ProviderError
from bot.config.catalogue import entries, find, of_class, of_vendor
from bot.providers import resolve

LISTED = {
    "stt": ServiceRegistry.STT_SERVICES,
    "llm": ServiceRegistry.LLM_SERVICES,
    "tts": ServiceRegistry.TTS_SERVICES,
    "realtime": ServiceRegistry.REALTIME_SERVICES,
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
        ("realtime", "openai-realtime", "OpenAIRealtimeLLMService"),
        ("realtime", "gemini_live", "GeminiLiveLLMService"),
        ("realtime", "ultravox", "UltravoxRealtimeLLMService"),
    ],
)
def test_vendors_and_embedded_providers_have_names_too(slot, name, class_name):
    entry = find(slot, name)
    assert entry is not None
    assert entry.class_name == class_name


def test_no_two_providers_of_a_slot_share_a_name():
    for slot in LISTED:
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


SPEECH_TO_SPEECH = {
    "aws.nova_sonic",
    "azure.realtime",
    "azure.voice_live",
    "google.gemini_live",
    "google.gemini_live.vertex",
    "inworld.realtime",
    "openai.live",
    "openai.realtime",
    "ultravox",
    "xai.realtime",
}
"""They are no LLM between an STT and a TTS."""
NEITHER = {"openai.live"}
"""It talks by itself and leaves turns and tools to a model behind it."""
MOVED = {"grok", "grok.realtime"}
"""Former places of xai's, deprecated."""


def test_every_module_of_services_that_pipecat_has_is_known():
    import pipecat.services

    root = Path(pipecat.services.__file__).parent
    for slot in LISTED:
        name = "llm" if slot == "realtime" else slot
        files = root.rglob(f"{name}.py")
        modules = {".".join(file.relative_to(root).parts[:-1]) for file in files}
        known = {entry.module.removeprefix("pipecat.services.") for entry in entries(slot)}
        if slot == "realtime":
            modules = SPEECH_TO_SPEECH - NEITHER
        apart = SPEECH_TO_SPEECH | MOVED if slot == "llm" else set()
        assert modules - apart == {m.removesuffix(f".{name}") for m in known if "bot." not in m}


@pytest.mark.parametrize(
    ("slot", "name", "class_name"),
    [
        ("stt", "funasr", "FunASRSTTService"),
        ("stt", "together", "TogetherSTTService"),
        ("llm", "nebius", "NebiusLLMService"),
        ("llm", "nvidia-omni", "NvidiaOmniLLMService"),
        ("tts", "speechmatics", "SpeechmaticsTTSService"),
        ("tts", "together", "TogetherTTSService"),
        ("realtime", "inworld-realtime", "InworldRealtimeLLMService"),
    ],
)
def test_services_that_pipecats_registry_forgets_have_names_too(slot, name, class_name):
    entry = find(slot, name)
    assert entry is not None
    assert entry.class_name == class_name
    assert entry.install.startswith('uv pip install "pipecat-ai[')


def test_another_class_of_a_vendor_has_the_vendors_key():
    entry = of_vendor("tts", CartesiaHttpTTSService)
    assert entry is not None
    assert entry.variables["api_key"] == ("CARTESIA_API_KEY",)
    assert of_class("tts", CartesiaHttpTTSService) is None


def test_credentials_that_a_vendors_library_finds_by_itself_are_not_asked_for():
    assert find("tts", "google").ambient == ("GOOGLE_APPLICATION_CREDENTIALS",)
    assert "credentials" not in find("tts", "google").variables
    assert find("llm", "aws-bedrock").ambient == ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    assert find("stt", "deepgram-sagemaker").variables["region"] == (
        "DEEPGRAM_SAGEMAKER_STT_REGION",
        "AWS_REGION",
    )
