import pytest

from bot.config import ConfigError, load_config
from bot.providers import check_providers
from bot.serve.choose_config import KEYS, choose_config

ALL_KEYS = dict.fromkeys(KEYS, "a key")


def test_with_all_keys_the_default_is_used():
    config, why = choose_config(None, ALL_KEYS)
    assert config.name == "default"
    assert why.endswith("are set: using configs/default.yaml.")


def test_without_keys_everything_runs_here_and_the_terminal_says_why():
    config, why = choose_config(None, {})
    assert config.name == "local"
    assert why == (
        "No DEEPGRAM_API_KEY, OPENAI_API_KEY, ELEVENLABS_API_KEY: using configs/local.yaml, "
        "everything runs on this machine."
    )


def test_a_single_missing_key_is_named():
    env = {**ALL_KEYS, "OPENAI_API_KEY": ""}
    config, why = choose_config(None, env)
    assert config.name == "local"
    assert why.startswith("No OPENAI_API_KEY: using configs/local.yaml")


def test_what_is_asked_for_is_used_whatever_the_keys():
    config, why = choose_config("local", ALL_KEYS)
    assert (config.name, why) == ("local", "Using configs/local.yaml.")


def test_an_unknown_configuration_is_an_error():
    with pytest.raises(ConfigError, match="nowhere"):
        choose_config("nowhere.yaml", {})


@pytest.mark.parametrize("missing", KEYS)
def test_each_of_the_keys_is_needed_and_no_other(missing: str):
    """The list of keys is that of the shipped configuration `default`."""
    config = load_config("default", env=ALL_KEYS)
    check_providers(config, env=ALL_KEYS)
    with pytest.raises(ConfigError, match=missing):
        check_providers(config, env={key: "a key" for key in KEYS if key != missing})
