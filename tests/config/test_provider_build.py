"""From a configuration to a Pipecat service, with dummy keys and no connection."""

import pytest
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TextAggregationMode
from pipecat.utils.types import is_given

from bot.config import ProviderError, ServiceConfig, load_config
from bot.models import Models
from bot.providers import build, check_providers, describe

KEYS = {
    "DEEPGRAM_API_KEY": "dg-key",
    "OPENAI_API_KEY": "oa-key",
    "ELEVENLABS_API_KEY": "el-key",
    "CARTESIA_API_KEY": "ca-key",
}


class Keen(FrameProcessor):
    """A processor of a builder's own, that takes what Parley hands out."""

    def __init__(self, *, models=None, aiohttp_session=None, api_key: str = "", volume: int = 1):
        super().__init__()
        self.got = (models, aiohttp_session, api_key, volume)


class Demanding(STTService):
    """A service that cannot do without a key and fails loudly."""

    def __init__(self, *, api_key: str, **kwargs):
        super().__init__(**kwargs)
        raise ValueError(f"the key {api_key} is wrong")

    async def run_stt(self, audio):
        yield None


class OwnClient(OpenAILLMService):
    """A subclass for another vendor's server."""


def service(slot, section, env=None):
    source = {"extends": "default", slot: section}
    return getattr(load_config(source, env=KEYS if env is None else env), slot)


def built(slot, section, env=None, **more):
    env = KEYS if env is None else env
    return build(slot, service(slot, section, env), env=env, **more)


def refused(slot, section, env=None, **more):
    with pytest.raises(ProviderError) as caught:
        built(slot, section, env, **more)
    return str(caught.value)


def own(name):
    return f"{__name__}:{name}"


async def test_the_default_configuration_builds_its_three_services():
    config = load_config("default", env={})
    stt = build("stt", config.stt, env=KEYS, language="en")
    llm = build("llm", config.llm, env=KEYS, system_instruction="Be brief.")
    tts = build("tts", config.tts, env=KEYS, language="en")
    assert (type(stt), type(llm), type(tts)) == (
        DeepgramSTTService,
        OpenAILLMService,
        ElevenLabsTTSService,
    )
    assert llm._settings.system_instruction == "Be brief."
    assert (stt._settings.language, tts._settings.language) == ("multi", None)
    assert [describe(each) for each in (stt, llm, tts)] == [
        {
            "provider": "deepgram",
            "class": "DeepgramSTTService",
            "model": "nova-3-general",
            "voice": None,
        },
        {
            "provider": "openai",
            "class": "OpenAILLMService",
            "model": "gpt-4.1-mini",
            "voice": None,
        },
        {
            "provider": "elevenlabs",
            "class": "ElevenLabsTTSService",
            "model": "eleven_flash_v2_5",
            "voice": "JBFqnCBsd6RMkjVDRZzb",
        },
    ]


async def test_the_variables_of_the_default_configuration_point_it_elsewhere():
    env = KEYS | {
        "DEEPGRAM_URL": "ws://127.0.0.1:1",
        "OPENAI_BASE_URL": "http://127.0.0.1:2/v1",
        "ELEVENLABS_URL": "ws://127.0.0.1:3",
    }
    config = load_config("default", env=env)
    stt = build("stt", config.stt, env=env)
    llm = build("llm", config.llm, env=env)
    tts = build("tts", config.tts, env=env)
    assert stt._client._client_wrapper.get_environment().production == "ws://127.0.0.1:1"
    assert str(llm._client.base_url) == "http://127.0.0.1:2/v1/"
    assert llm._client.api_key == "oa-key"
    assert tts._url == "ws://127.0.0.1:3"


async def test_deepgram_is_swapped_for_cartesia_by_one_line(write):
    file = write("my.yaml", "extends: default\ntts: {provider: cartesia}")
    tts = build("tts", load_config(file, env=KEYS).tts, env=KEYS)
    assert isinstance(tts, CartesiaTTSService)
    assert describe(tts)["voice"]


async def test_the_voice_of_the_environment_is_used_where_the_configuration_names_none():
    env = KEYS | {"CARTESIA_VOICE_ID": "grace", "ELEVENLABS_VOICE_ID": "ada"}
    assert describe(built("tts", {"provider": "cartesia"}, env))["voice"] == "grace"
    section = {"provider": "cartesia", "settings": {"voice": "mine"}}
    assert describe(built("tts", section, env))["voice"] == "mine"


async def test_a_voice_that_must_be_named_is_asked_for_before_the_call():
    assert refused("tts", {"provider": "elevenlabs-dialogue"}) == (
        "config: tts.settings.voice: ElevenLabsDialogueTTSService has no voice of its own; "
        "give the id of one, or set ELEVENLABS_VOICE_ID"
    )


async def test_a_key_in_the_configuration_wins_over_the_environment():
    llm = built("llm", {"args": {"api_key": "${MINE}"}}, KEYS | {"MINE": "my-key"})
    assert llm._client.api_key == "my-key"


async def test_a_missing_key_is_told_by_the_name_of_its_variable(write):
    file = write("my.yaml", "extends: default\nstt: {provider: gladia}")
    with pytest.raises(ProviderError) as caught:
        build("stt", load_config(file, env={}).stt, env={})
    assert str(caught.value) == (
        "my.yaml: stt.args.api_key: the environment variable GLADIA_API_KEY is not set; "
        "set it, or give 'api_key' under 'stt.args'"
    )


async def test_an_empty_key_counts_as_missing():
    assert "OPENAI_API_KEY is not set" in refused("llm", {}, KEYS | {"OPENAI_API_KEY": ""})


async def test_a_subclass_for_another_vendor_does_not_get_openais_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    said = refused("llm", {"provider": own("OwnClient"), "args": {"base_url": "http://x"}})
    assert "oa-key" not in said
    assert "OwnClient cannot be built: OpenAIError: " in said


@pytest.mark.parametrize(
    ("slot", "section", "said"),
    [
        (
            "llm",
            {"settings": {"temprature": 0.3}},
            "llm.settings.temprature: OpenAILLMService has no such setting; "
            "did you mean 'temperature'?",
        ),
        (
            "llm",
            {"settings": {"temperature": "warm"}},
            "llm.settings.temperature: expected a number, got 'warm'",
        ),
        (
            "llm",
            {"settings": {"base_url": "http://x"}},
            "llm.settings.base_url: OpenAILLMService has no such setting; "
            "it is an argument: put it under 'llm.args'",
        ),
        (
            "llm",
            {"args": {"base_ulr": "http://x"}},
            "llm.args.base_ulr: OpenAILLMService has no such argument; did you mean 'base_url'?",
        ),
        (
            "tts",
            {"args": {"voice_id": "x"}},
            "tts.args.voice_id: is a setting, not an argument; put it under 'tts.settings'",
        ),
        (
            "llm",
            {"args": {"model": "x"}},
            "llm.args.model: is a setting, not an argument; put it under 'llm.settings.model'",
        ),
        (
            "llm",
            {"args": {"settings": {}}},
            "llm.args.settings: is given by Parley itself; put them under 'llm.settings'",
        ),
        (
            "tts",
            {"args": {"text_aggregation_mode": "words"}},
            "tts.args.text_aggregation_mode: Input should be 'sentence' or 'token', got 'words'",
        ),
        (
            "tts",
            {"args": {"sample_rate": "16k"}},
            "tts.args.sample_rate: expected a whole number, got '16k'",
        ),
        (
            "stt",
            {"settings": {"punctuate": "${A_KEY}"}},
            "stt.settings.punctuate: expected true or false, got a secret",
        ),
        (
            "llm",
            {"args": {"file_resolver": "x"}},
            "llm.args.file_resolver: cannot be written in a configuration",
        ),
        (
            "stt",
            {"provider": own("Keen"), "settings": {"model": "x"}},
            "stt.settings.model: Keen takes no settings",
        ),
        (
            "stt",
            {"provider": own("Demanding")},
            "stt.args.api_key: Demanding needs it",
        ),
        (
            "stt",
            {"provider": own("Demanding"), "args": {"api_key": "sesame"}},
            "stt: Demanding cannot be built: ValueError: the key ******** is wrong",
        ),
    ],
)
async def test_what_does_not_fit_the_class_is_told(slot, section, said):
    assert refused(slot, section, KEYS | {"A_KEY": "sesame"}) == f"config: {said}"


async def test_a_misspelt_key_is_told_once():
    said = refused("stt", {"provider": own("Demanding"), "args": {"api_kye": "x"}})
    assert said == (
        "config: stt.args.api_kye: Demanding has no such argument; did you mean 'api_key'?"
    )


async def test_everything_wrong_with_a_service_is_told_at_once():
    said = refused("llm", {"settings": {"temprature": 1, "seed": "x"}, "args": {"base_ulr": ""}})
    assert len(said.splitlines()) == 3


async def test_numbers_that_came_as_text_become_numbers():
    env = KEYS | {"HEAT": "0.5", "RATE": "16000"}
    llm = built("llm", {"settings": {"temperature": "${HEAT}"}}, env)
    tts = built("tts", {"args": {"sample_rate": "${RATE}"}}, env)
    assert llm._settings.temperature == 0.5
    assert tts._init_sample_rate == 16000


async def test_an_enum_is_written_as_its_value():
    tts = built("tts", {"args": {"text_aggregation_mode": "token"}})
    assert tts._text_aggregation_mode is TextAggregationMode.TOKEN


async def test_a_nested_model_is_written_as_a_mapping():
    tts = built("tts", {"provider": "cartesia", "settings": {"generation_config": {"speed": 1.2}}})
    assert tts._settings.generation_config.speed == 1.2


async def test_the_alias_of_a_setting_is_accepted():
    assert describe(built("tts", {"settings": {"voice_id": "ada"}}))["voice"] == "ada"


async def test_settings_that_pipecat_does_not_know_go_under_extra():
    llm = built("llm", {"settings": {"extra": {"extra_body": {"cache_prompt": True}}}})
    assert llm._settings.extra == {"extra_body": {"cache_prompt": True}}
    assert llm._settings.model == "gpt-4.1-mini"


async def test_the_agents_language_and_instructions_are_only_defaults():
    stt = built("stt", {"settings": {"language": "de"}}, language="en")
    llm = built("llm", {"settings": {"system_instruction": "Mine."}}, system_instruction="Yours.")
    assert str(stt._settings.language) == "de"
    assert llm._settings.system_instruction == "Mine."


async def test_the_agents_language_reaches_a_service_that_names_none():
    stt = built("stt", {"provider": "cartesia"}, language="fr")
    assert str(stt._settings.language) == "fr"


async def test_all_settings_of_a_built_service_have_a_value():
    llm = built("llm", {}, system_instruction="Be brief.")
    assert is_given(llm._settings.model)
    assert is_given(llm._settings.system_instruction)


async def test_models_and_the_http_session_go_to_the_classes_that_take_them():
    models, session = object(), object()
    section = {"provider": own("Keen"), "args": {"volume": "11", "api_key": "k"}}
    keen = built("stt", section, models=models, aiohttp_session=lambda: session)
    assert keen.got == (models, session, "k", 11)
    assert describe(keen) == {
        "provider": own("Keen"),
        "class": "Keen",
        "model": None,
        "voice": None,
    }


async def test_models_cannot_be_given_in_a_configuration():
    said = refused("stt", {"provider": own("Keen"), "args": {"models": "x"}})
    assert said == "config: stt.args.models: is given by Parley itself"


async def test_a_service_made_in_code_is_built_too():
    config = ServiceConfig(provider="openai", settings={"model": "gpt-4.1"})
    assert describe(build("llm", config, env=KEYS))["model"] == "gpt-4.1"


def test_checking_builds_nothing_and_tells_of_all_three_services():
    config = load_config("default", env={})
    check_providers(config, env=KEYS)
    with pytest.raises(ProviderError) as caught:
        check_providers(config, env={})
    assert [problem.key for problem in caught.value.problems] == [
        "stt.args.api_key",
        "llm.args.api_key",
        "tts.args.api_key",
    ]


@pytest.mark.models
async def test_the_local_configuration_builds_without_keys_and_shares_its_models():
    config = load_config("local", env={})
    check_providers(config, env={})
    models = Models()
    names = []
    for slot in ("stt", "llm", "tts"):
        made = build(slot, getattr(config, slot), env={}, models=models, language="en")
        assert made._models is models
        names.append(describe(made)["provider"])
    assert names == ["moonshine-streaming", "llamacpp", "piper-embedded"]
