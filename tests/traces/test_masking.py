"""No key in a trace: those of the configuration, and those of the environment."""

import json

import pytest

from bot.config import load_config
from bot.traces import Masking

LONG = 'k"ey-of-a-vendor'


def test_a_key_of_the_configuration_becomes_stars_in_text_and_in_json():
    masking = Masking([LONG], {})
    assert masking.text(f"the key is {LONG}!") == "the key is ********!"
    assert json.loads(masking.json(json.dumps({"a": f"x{LONG}x"}).encode())) == {"a": "x********x"}


def test_what_the_environment_holds_under_the_name_of_a_key_is_one():
    masking = Masking([], {"SOME_API_KEY": "abcdefgh", "HOME": "/srv/somewhere"})
    assert masking.text("abcdefgh in /srv/somewhere") == "******** in /srv/somewhere"


def test_a_key_that_begins_with_another_is_masked_as_a_whole():
    masking = Masking(["secret-1", "secret-1-and-more"], {})
    assert masking.text("secret-1-and-more secret-1") == "******** ********"


def test_a_word_too_short_for_a_key_blanks_nothing():
    assert Masking(["", "a"], {"TOKEN": "1"}).text("a banana, 1 apple") == "a banana, 1 apple"


@pytest.mark.parametrize(
    "section",
    [
        {"llm": {"provider": "openai", "args": {"api_key": LONG}}},
        {
            "llm": {
                "provider": "openai",
                "fallback": [{"provider": "openai", "args": {"api_key": LONG}}],
            }
        },
        {"mcp": [{"url": "http://localhost:1/mcp", "headers": {"X-Api": LONG}}]},
    ],
    ids=["a service", "a fallback", "a header"],
)
def test_a_configuration_tells_all_of_its_secrets(section):
    config = load_config({"extends": "local", **section}, env={})
    assert LONG in config.secrets
