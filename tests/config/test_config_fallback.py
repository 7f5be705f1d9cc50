"""Providers that take over: as the configuration names them, and where it is wrong."""

import pytest

from bot.config import ConfigError, load_config
from bot.providers import check_providers

KEYS = {"DEEPGRAM_API_KEY": "d", "OPENAI_API_KEY": "o", "ELEVENLABS_API_KEY": "e"}


def bot(**stt):
    return {
        "stt": {"provider": "deepgram", **stt},
        "llm": {"provider": "openai"},
        "tts": {"provider": "elevenlabs", "settings": {"voice": "v"}},
    }


def problems(source, env=KEYS):
    with pytest.raises(ConfigError) as caught:
        check_providers(load_config(source, env=env), env=env)
    return [(problem.key, str(problem)) for problem in caught.value.problems]


def test_a_name_alone_is_enough_for_a_provider_that_takes_over():
    config = load_config(bot(fallback=["cartesia", {"provider": "soniox"}]), env=KEYS)
    assert [each.provider for each in config.stt.providers] == ["deepgram", "cartesia", "soniox"]
    assert [each.key for each in config.stt.providers] == [
        "stt",
        "stt.fallback[0]",
        "stt.fallback[1]",
    ]
    assert (config.stt.silence_timeout, config.stt.recover_after) == (2.5, 60.0)


def test_a_missing_key_of_it_is_told_with_its_place():
    [(key, text)] = problems(bot(fallback=["cartesia"]))
    assert key == "stt.fallback[0].args.api_key"
    assert "CARTESIA_API_KEY is not set" in text


@pytest.mark.parametrize("entry", ["cartesai", {"provider": "cartesai"}])
def test_a_typing_error_in_its_name_is_told_with_the_nearest(entry):
    [(key, text)] = problems(bot(fallback=[entry]))
    assert key.startswith("stt.fallback[0]")
    assert "cartesia" in text


def test_a_typing_error_in_its_settings_is_told_with_its_place():
    entry = {"provider": "cartesia", "settings": {"modle": "ink"}}
    [(key, text)] = problems(bot(fallback=[entry]), {**KEYS, "CARTESIA_API_KEY": "c"})
    assert key == "stt.fallback[0].settings.modle"
    assert "model" in text


def test_its_secrets_are_stars():
    entry = {"provider": "cartesia", "args": {"api_key": "${CARTESIA_API_KEY}"}}
    env = {**KEYS, "CARTESIA_API_KEY": "very-secret"}
    config = load_config(bot(fallback=[entry]), env=env)
    assert "very-secret" not in str(config.redacted())
    assert "very-secret" not in str(config)


def test_another_first_provider_keeps_those_that_take_over(tmp_path):
    base = tmp_path / "base.yaml"
    base.write_text("extends: default\nstt: {fallback: [cartesia], recover_after: null}\n")
    child = tmp_path / "child.yaml"
    child.write_text("extends: base.yaml\nstt: {provider: soniox}\n")
    config = load_config(child, env=KEYS)
    assert [each.provider for each in config.stt.providers] == ["soniox", "cartesia"]
    assert config.stt.recover_after is None
    assert config.stt.settings == {}
