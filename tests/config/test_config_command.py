"""`parley config show` and `parley config check`."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from bot.config import load_config
from bot.config.command import app

KEYS = {"DEEPGRAM_API_KEY": "dg", "OPENAI_API_KEY": "oa", "ELEVENLABS_API_KEY": "el"}


@pytest.fixture
def run(write):
    """Run a command in an empty folder with no keys but those given."""
    return lambda *args, **env: CliRunner().invoke(
        app, args, env={**dict.fromkeys(KEYS), **env}, catch_exceptions=False
    )


def test_show_prints_yaml_that_loads_to_the_same_configuration(run):
    done = run("show")
    assert (done.exit_code, done.stderr) == (0, "")
    assert load_config(yaml.safe_load(done.stdout), env={}).digest == (
        load_config("default", env={}).digest
    )


def test_show_prints_json_when_asked(run):
    done = run("show", "--config", "local", "--json")
    assert json.loads(done.stdout) == load_config("local", env={}).redacted()


def test_show_prints_secrets_as_stars(run, write):
    write("my.yaml", "extends: default\nllm: {args: {api_key: '${OPENAI_API_KEY}'}}")
    done = run("show", "-c", "my.yaml", OPENAI_API_KEY="sesame")
    assert "api_key: '********'" in done.stdout
    assert "sesame" not in done.output


def test_a_wrong_configuration_exits_with_2_and_one_line_for_each_problem(run, write):
    write("my.yaml", "extends: default\nstt: {provdier: x}\nturn: {max_tool_steps: many}")
    for command in ("show", "check"):
        done = run(command, "-c", "my.yaml")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == (
            "my.yaml: stt.provdier: unknown key; did you mean 'provider'?\n"
            "my.yaml: turn.max_tool_steps: expected a whole number, got 'many'\n"
        )


def test_check_says_ok_and_which_configuration_it_was(run):
    done = run("check", **KEYS)
    digest = load_config("default", env={}).digest
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"default: ok ({digest[:12]})\n", "")


def test_check_tells_missing_keys_wrong_settings_and_functions_at_once(run, write):
    write(
        "my.yaml",
        """
        extends: default
        tools: ["nowhere_at_all:f"]
        stt: {settings: {langauge: en}}
        vad: {args: {stop_sec: 0.2}}
        """,
    )
    done = run("check", "-c", "my.yaml", ELEVENLABS_API_KEY="el", OPENAI_API_KEY="oa")
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        "my.yaml: tools[0]: there is no module 'nowhere_at_all'; "
        "it is looked up among the installed packages and in the working directory",
        f"{_default()}: stt.args.api_key: the environment variable DEEPGRAM_API_KEY is not set; "
        "set it, or give 'api_key' under 'stt.args'",
        "my.yaml: stt.settings.langauge: DeepgramSTTService has no such setting; "
        "did you mean 'language'?",
        "my.yaml: vad.args.stop_sec: SileroVADAnalyzer has no such argument; "
        "did you mean 'stop_secs'?",
    ]


def _default():
    return load_config("default", env={}).path


def test_diff_prints_each_key_that_differs_and_exits_with_1(run, write):
    write(
        "my.yaml", "extends: default\ntts: {provider: cartesia}\nllm: {args: {api_key: '${K_KEY}'}}"
    )
    done = run("diff", "default", "my.yaml", K_KEY="sesame")
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        'llm.args.api_key: not set -> "********"',
        'tts.provider: "elevenlabs" -> "cartesia"',
        'tts.settings.model: "eleven_flash_v2_5" -> not set',
        'tts.settings.voice: "JBFqnCBsd6RMkjVDRZzb" -> not set',
        "tts.settings.language: null -> not set",
        'tts.args.url: "wss://api.elevenlabs.io" -> not set',
    ]


def test_diff_prints_json_when_asked(run, write):
    write("my.yaml", "extends: default\nturn: {max_tool_steps: 5}")
    done = run("diff", "default", "my.yaml", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (
        1,
        [{"key": "turn.max_tool_steps", "left": 3, "right": 5}],
    )


def test_diff_of_equal_configurations_prints_nothing_and_exits_with_0(run, write):
    write("my.yaml", "extends: default")
    done = run("diff", "default", "my.yaml")
    assert (done.exit_code, done.output) == (0, "")
    assert json.loads(run("diff", "default", "my.yaml", "--json").stdout) == []


def test_diff_of_a_configuration_that_cannot_be_loaded_exits_with_2(run):
    done = run("diff", "default", "lcal")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean 'local'?" in done.stderr
