"""The configurations that are shipped: each is built, or says what it lacks."""

import pytest

from bot.config import ProviderError, load_config, shipped_configs
from bot.models import Models
from bot.providers import describe
from bot.services import build_services
from tests.config.test_every_provider import installed

KEYS = dict.fromkeys(
    ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY", "CARTESIA_API_KEY"), "dummy"
)
SERVICES = {
    "default": ("deepgram", "openai", "elevenlabs"),
    "local": ("moonshine-streaming", "llamacpp", "piper-embedded"),
    "flux": ("deepgram-flux", "openai", "elevenlabs"),
    "cartesia": ("cartesia", "openai", "cartesia"),
    "ollama": ("moonshine-streaming", "ollama", "piper-embedded"),
    "whisper-kokoro": ("whisper", "llamacpp", "kokoro"),
    "realtime": ("openai-realtime",),
}


def test_each_shipped_configuration_is_tried_here():
    assert set(SERVICES) == set(shipped_configs())


def test_each_is_a_few_lines_on_top_of_one_that_is_whole():
    for name, path in shipped_configs().items():
        text = path.read_text(encoding="utf-8")
        assert ("\nextends: " in text) == (name not in ("default", "local", "realtime"))
        assert len(text.splitlines()) < 45


@pytest.mark.models
@pytest.mark.parametrize("name", [name for name in SERVICES if name != "whisper-kokoro"])
async def test_its_services_are_built_with_dummy_keys_and_no_network(name):
    config = load_config(name, env=KEYS)
    services = build_services(config, env=KEYS, models=Models())
    built = [describe(each)["provider"] for each in services.serving.values()]
    assert tuple(built) == SERVICES[name]
    await services.http.aclose()


async def test_whisper_and_kokoro_are_not_part_of_parley_and_the_command_is_told():
    config = load_config("whisper-kokoro", env={})
    for slot, name in (("stt", "whisper"), ("tts", "kokoro")):
        from bot.config.catalogue import find
        from bot.providers import resolve

        assert getattr(config, slot).provider == name
        if not installed(slot, find(slot, name)):
            with pytest.raises(ProviderError) as caught:
                resolve(slot, name)
            assert caught.value.hint == f'run: uv pip install "pipecat-ai[{name}]"'


async def test_flux_judges_the_end_of_a_turn_and_no_one_else():
    config = load_config("flux", env={})
    assert (config.turn.detector, config.turn.min_endpointing_delay) == ("none", 0.0)
    services = build_services(config, env=KEYS, models=Models())
    assert services.stt.eager_end_of_turn_enabled
    assert services.stt._settings.eager_eot_threshold == 0.5


async def test_the_addresses_of_a_ready_configuration_can_be_set():
    env = KEYS | {
        "DEEPGRAM_FLUX_URL": "ws://127.0.0.1:1/v2/listen",
        "CARTESIA_STT_URL": "ws://127.0.0.1:2",
        "CARTESIA_TTS_URL": "ws://127.0.0.1:3/tts",
        "OLLAMA_BASE_URL": "http://127.0.0.1:4/v1",
        "OLLAMA_MODEL": "qwen3",
        "OPENAI_REALTIME_URL": "ws://127.0.0.1:5/v1/realtime",
        "OPENAI_REALTIME_MODEL": "gpt-realtime-mini",
        "OPENAI_REALTIME_VOICE": "cedar",
    }
    flux = build_services(load_config("flux", env=env), env=env, models=Models())
    assert flux.stt._url == "ws://127.0.0.1:1/v2/listen"
    cartesia = build_services(load_config("cartesia", env=env), env=env, models=Models())
    assert cartesia.stt._base_url == "127.0.0.1:2"
    assert cartesia.tts._url == "ws://127.0.0.1:3/tts"
    ollama = load_config("ollama", env=env).llm
    assert (ollama.args["base_url"], ollama.settings["model"]) == (
        "http://127.0.0.1:4/v1",
        "qwen3",
    )
    [realtime] = build_services(
        load_config("realtime", env=env), env=env, models=Models()
    ).serving.values()
    assert realtime.base_url == "ws://127.0.0.1:5/v1/realtime?model=gpt-realtime-mini"
    properties = realtime._settings.session_properties
    assert properties.audio.output.voice == "cedar"
    assert properties.audio.input.turn_detection.type == "semantic_vad"


async def test_the_realtime_configuration_has_the_users_words_in_the_log():
    [realtime] = build_services(
        load_config("realtime", env={}), env=KEYS, models=Models()
    ).serving.values()
    properties = realtime._settings.session_properties
    assert properties.audio.input.transcription.model == "gpt-4o-mini-transcribe"
    assert properties.instructions.startswith("You are a friendly assistant")
