"""The configuration and its keys, as `parley doctor` tells of them."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.doctor.configuration import check_configuration, load
from bot.doctor.findings import Finding, Status

KEYS = {
    "DEEPGRAM_API_KEY": "deepgram-secret",
    "OPENAI_API_KEY": "openai-secret",
    "ELEVENLABS_API_KEY": "elevenlabs-secret",
}


def told(found: list[Finding], check: str) -> list[tuple[str, str]]:
    return [(each.status.value, each.message) for each in found if each.check == check]


def test_the_configuration_is_the_one_that_the_server_would_take():
    config, [finding] = load(None, {})
    assert config is not None
    assert config.name == "local"
    assert "No DEEPGRAM_API_KEY" in finding.message


def test_every_problem_of_a_file_is_told_with_its_remedy(tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text("extends: local\nllm: {provider: opneai}\nturn: {max_tool_stps: 2}\n")
    config, found = load(str(file), {})
    assert config is None
    assert [finding.status for finding in found] == [Status.FAILED] * 2
    assert "unknown llm provider 'opneai'" in found[0].message
    assert [finding.remedy for finding in found] == [
        "did you mean 'openai'?",
        "did you mean 'max_tool_steps'?",
    ]


def test_yaml_that_cannot_be_read_is_told(tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text("llm: [\n")
    config, [finding] = load(str(file), {})
    assert config is None
    assert "my.yaml" in finding.message


def test_keys_are_told_by_name_and_never_by_value():
    found, broken = check_configuration(load_config("default", env=KEYS), KEYS)
    assert broken == set()
    assert told(found, "keys") == [
        ("ok", "stt deepgram: DEEPGRAM_API_KEY is set"),
        ("ok", "llm openai: OPENAI_API_KEY is set"),
        ("ok", "tts elevenlabs: ELEVENLABS_API_KEY is set"),
    ]
    assert not [key for key in KEYS.values() if key in str(found)]


@pytest.mark.parametrize("value", ["", None])
def test_a_missing_key_fails_its_service_and_not_the_configuration(value: str | None):
    env = {**KEYS, "OPENAI_API_KEY": value}
    env = {name: text for name, text in env.items() if text is not None}
    found, broken = check_configuration(load_config("default", env=env), env)
    assert told(found, "config") == [("ok", "providers, settings, tools and hooks are valid")]
    assert ("failed", "llm openai: OPENAI_API_KEY is not set") in told(found, "keys")
    assert broken == {"llm"}


def test_a_key_that_the_configuration_gives_is_there():
    config = load_config(
        {"extends": "default", "llm": {"args": {"api_key": "${MY_KEY}"}}},
        env={"MY_KEY": "openai-secret"},
    )
    found, broken = check_configuration(config, {})
    assert ("ok", "llm openai: the configuration gives llm.args.api_key") in told(found, "keys")
    assert broken == {"stt", "tts"}
    assert "openai-secret" not in str(found)


def test_services_of_this_machine_need_no_key():
    found, broken = check_configuration(load_config("local", env={}), {})
    assert broken == set()
    assert [message for _, message in told(found, "keys")] == [
        "stt moonshine-streaming needs no key",
        "llm llamacpp needs no key",
        "tts piper-embedded needs no key",
    ]


def test_tools_and_settings_that_are_wrong_fail_the_configuration():
    config = load_config(
        {
            "extends": "default",
            "tools": ["nowhere_at_all:f"],
            "stt": {"settings": {"langauge": "en"}},
        },
        env=KEYS,
    )
    found, broken = check_configuration(config, KEYS)
    failures = [finding for finding in found if finding.status is Status.FAILED]
    assert len(failures) == 2
    assert failures[1].remedy == "did you mean 'language'?"
    assert "stt" in broken
