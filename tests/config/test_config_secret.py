"""Secrets are shown as stars wherever a configuration is shown."""

import json

import pytest

from bot.config import Secret, load_config
from bot.config.secret import holds_credentials, names_a_secret, variable_names_a_secret
from tests.config.conftest import complaint

SECRET = ["api_key", "apiKey", "API-KEY", "xi-api-key", "aws_access_key_id", "aws_session_token"]
SECRET += ["Authorization", "password", "client_secret", "credentials", "private_key"]
OPEN = ["max_tokens", "keyterm", "keywords", "token_provider", "model", "id", "monkey", "author"]


@pytest.mark.parametrize("key", SECRET)
def test_a_key_that_promises_a_secret_is_known(key):
    assert names_a_secret(key)


@pytest.mark.parametrize("key", OPEN)
def test_a_key_that_only_sounds_like_one_is_not(key):
    assert not names_a_secret(key)


def test_a_variable_is_a_secret_by_any_of_its_words():
    assert variable_names_a_secret("DEEPGRAM_API_KEY_2")
    assert variable_names_a_secret("AWS_ACCESS_KEY_ID")
    assert not variable_names_a_secret("ELEVENLABS_VOICE_ID")


def test_a_url_with_a_password_is_a_secret():
    assert holds_credentials("https://ada:lovelace@example.org/v1")
    assert not holds_credentials("https://example.org:443/v1?at=a@b")


def test_a_secret_prints_as_stars_and_gives_itself_back():
    secret = Secret("sesame")
    assert f"{secret} {secret!r} {[secret]}" == "******** Secret('********') [Secret('********')]"
    assert secret.reveal() == "sesame"
    assert secret == Secret("sesame")
    assert len({secret, Secret("sesame")}) == 1


def secretive(key="sesame", instructions="${MY_PASSWORD}"):
    return load_config(
        {
            "extends": "default",
            "agent": {"instructions": instructions},
            "llm": {"args": {"api_key": "${OPENAI_API_KEY}", "default_headers": {"auth": "ey"}}},
            "tts": {"args": {"url": "wss://ada:sesame@example.org"}},
        },
        env={"OPENAI_API_KEY": key, "MY_PASSWORD": "sesame"},
    )


def test_what_is_shown_of_a_configuration_holds_no_secret():
    config = secretive()
    shown = config.redacted()
    assert "sesame" not in json.dumps(shown)
    assert shown["llm"]["args"] == {
        "base_url": "https://api.openai.com/v1",
        "api_key": "********",
        "default_headers": {"auth": "********"},
    }
    assert shown["agent"]["instructions"] == "********"
    assert shown["tts"]["args"]["url"] == "********"
    assert "sesame" not in repr(config.llm) + repr(config.tts)


def test_the_text_itself_is_kept_for_where_it_is_needed():
    config = secretive()
    assert config.agent.instructions == "sesame"
    assert config.llm.args["api_key"].reveal() == "sesame"


def test_the_digest_is_the_same_whatever_the_secret():
    assert secretive("one").digest == secretive("two").digest


def test_the_digest_changes_with_what_is_not_secret():
    assert secretive().digest != secretive(instructions="Be brief.").digest


def test_a_secret_greeting_is_starred():
    config = load_config(
        {"extends": "default", "agent": {"greeting": "Hi ${TOKEN}"}}, env={"TOKEN": "sesame"}
    )
    assert config.agent.greeting is not None
    assert config.agent.greeting.say == "Hi sesame"
    assert "sesame" not in json.dumps(config.redacted())


def test_no_error_quotes_a_secret():
    source = {"extends": "default", "call": {"idle_timeout": "${MY_TOKEN}"}}
    assert complaint(source, {"MY_TOKEN": "sesame"}) == (
        "config: call.idle_timeout: expected a number, got a secret"
    )
