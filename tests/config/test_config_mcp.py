"""MCP servers in a configuration: by URL or by command, and their keys seen by nobody."""

import json

import pytest

from bot.config import ConfigError, load_config

KEY = "s3cret"


def loaded(*servers):
    return load_config({"extends": "default", "mcp": list(servers)}, env={"TEA_KEY": KEY})


def test_headers_environment_and_query_are_stars_wherever_a_configuration_is_shown():
    config = loaded(
        {"url": f"https://tea.example/mcp?key={KEY}", "headers": {"X-Anything": KEY}},
        {"command": "uvx", "args": ["--key", "${TEA_KEY}"], "env": {"PLAIN": KEY}},
    )
    shown = json.dumps(config.redacted()["mcp"])
    assert KEY not in shown
    assert "https://tea.example/mcp?****" in shown
    assert config.mcp[0].headers["X-Anything"].reveal() == KEY
    assert config.mcp[1].args == ("--key", KEY)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({}, "mcp[0]: expected either 'url' or 'command'"),
        ({"url": "https://a", "command": "b"}, "mcp[0]: expected either 'url' or 'command'"),
        ({"url": "file:///etc"}, "mcp[0].url: expected a URL that begins with http"),
        ({"url": "https://a", "args": ["b"]}, "'args' and 'env' belong to a 'command'"),
        ({"command": "b", "headers": {"a": "b"}}, "'headers' and 'transport' belong to a 'url'"),
        ({"command": "b", "timeout": 0}, "mcp[0].timeout: must be more than 0"),
        ({"command": "b", "comand": 1}, "mcp[0].comand: unknown key; did you mean 'command'?"),
        ({"command": "b", "env": {"A": ["x"]}}, "expected text under 'A'"),
    ],
)
def test_what_is_no_server_is_told(server, said):
    with pytest.raises(ConfigError) as caught:
        loaded(server)
    assert said in str(caught.value)


def test_a_missing_sdk_is_told_with_the_command_that_installs_it(monkeypatch):
    from bot.config import references, require_mcp

    monkeypatch.setattr(references.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"uv pip install 'parley\[mcp\]'"):
        require_mcp(loaded({"command": "b"}))
