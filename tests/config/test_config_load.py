"""What a configuration may say, and what is said about a wrong one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import ConfigError, Problem, load_config
from tests.config.conftest import SERVICES, complaint


def minimal(**more):
    return {
        "stt": {"provider": "deepgram"},
        "llm": {"provider": "openai"},
        "tts": {"provider": "elevenlabs"},
        **more,
    }


def test_three_providers_are_enough():
    config = load_config(minimal(), env={})
    assert (config.name, config.path) == ("config", None)
    assert config.agent.name == "assistant"
    assert config.agent.greeting is None
    assert config.vad.provider == "silero"
    assert config.log.directory == Path("sessions")
    assert (config.log.dump, config.log.stdout) == (None, None)
    assert (config.call.idle_timeout, config.call.max_duration) == (300.0, None)


@pytest.mark.parametrize(
    ("greeting", "say", "generate"),
    [
        ("Hello.", "Hello.", None),
        ({"say": "Hello."}, "Hello.", None),
        ({"generate": "Greet the caller."}, None, "Greet the caller."),
    ],
)
def test_a_greeting_is_said_or_made_up(greeting, say, generate):
    found = load_config(minimal(agent={"greeting": greeting}), env={}).agent.greeting
    assert found is not None
    assert (found.say, found.generate) == (say, generate)


WRONG = [
    ({"stt": {"provdier": "deepgram"}}, "stt.provdier: unknown key; did you mean 'provider'?"),
    ({"stt": {}}, "stt.provider: is missing; name one, such as 'deepgram'"),
    (
        {"stt": {"provider": "deepgram", "model": "nova-3"}},
        "stt.model: unknown key; options of the service go under 'stt.settings' or 'stt.args'",
    ),
    ({"stt": "deepgram"}, "stt: expected a mapping, got 'deepgram'"),
    (
        {"stt": {"provider": "depgram"}},
        "stt.provider: unknown stt provider 'depgram'; did you mean 'deepgram'?",
    ),
    ({"stt": {"provider": ""}}, "stt.provider: must not be empty"),
    ({"llm": {"provider": 4}}, "llm.provider: expected text, got 4; put it in quotes"),
    (
        {"tts": {"provider": "elevenlabs", "settings": ["x"]}},
        "tts.settings: expected a mapping, got a list",
    ),
    ({"ttss": {}}, "ttss: unknown key; did you mean 'tts'?"),
    (
        {"zzz": 1},
        "zzz: unknown key; known keys: extends, agent, agents, stt, llm, tts, realtime, vad, turn, "
        "tools, mcp, hooks, log, call, tags, metadata",
    ),
    (
        {"vad": {"provider": "webrtc"}},
        "vad.provider: unknown vad provider 'webrtc'; use 'silero' or 'module:Class'",
    ),
    (
        {"agent": {"language": False}},
        "agent.language: expected text, got false; put it in quotes",
    ),
    ({"agent": {"name": ""}}, "agent.name: must not be empty"),
    (
        {"agent": {"greeting": {"sya": "x", "say": "y"}}},
        "agent.greeting.sya: unknown key; did you mean 'say'?",
    ),
    (
        {"agent": {"greeting": {"say": "x", "generate": "y"}}},
        "agent.greeting: expected either 'say' or 'generate', got a mapping",
    ),
    (
        {"agent": {"greeting": 3}},
        "agent.greeting: expected a mapping, got 3",
    ),
    (
        {"turn": {"min_endpointing_delay": "soon"}},
        "turn.min_endpointing_delay: expected a number, got 'soon'",
    ),
    (
        {"turn": {"min_endpointing_delay": -1}},
        "turn.min_endpointing_delay: must be at least 0.0, got -1",
    ),
    (
        {"turn": {"min_endpointing_delay": float("nan")}},
        "turn.min_endpointing_delay: expected a finite number, got nan",
    ),
    (
        {"turn": {"max_endpointing_delay": 61}},
        "turn.max_endpointing_delay: must be at most 60.0, got 61",
    ),
    (
        {"turn": {"min_endpointing_delay": 2, "max_endpointing_delay": 1}},
        "turn.max_endpointing_delay: must not be less than min_endpointing_delay (2.0), got 1",
    ),
    (
        {"turn": {"min_endpointing_delay": 5}},
        "turn.max_endpointing_delay: must not be less than min_endpointing_delay (5.0), got 3.0",
    ),
    ({"turn": {"max_tool_steps": 1.5}}, "turn.max_tool_steps: expected a whole number, got 1.5"),
    ({"turn": {"max_tool_steps": 0}}, "turn.max_tool_steps: must be at least 1, got 0"),
    ({"turn": {"user_away_timeout": 0}}, "turn.user_away_timeout: must be more than 0.0, got 0"),
    (
        {"turn": {"detector": "clever"}},
        "turn.detector: expected 'smart-turn', 'none' or 'module:Class', got 'clever'",
    ),
    (
        {"turn": {"allow_interruptions": "maybe"}},
        "turn.allow_interruptions: expected true or false, got 'maybe'",
    ),
    (
        {"turn": {"allow_interruptions": None}},
        "turn.allow_interruptions: expected true or false, got null",
    ),
    ({"tools": ["weather"]}, "tools[0]: expected 'module:function', got 'weather'"),
    ({"tools": "a:b"}, "tools: expected a list, got 'a:b'"),
    (
        {"hooks": {"on_user_turn_completed": "a.b:"}},
        "hooks.on_user_turn_completed: expected 'module:function', got 'a.b:'",
    ),
    ({"log": {"directory": 7}}, "log.directory: expected text, got 7; put it in quotes"),
    (
        {"log": {"level": "DEBUG"}},
        "log.level: expected 'trace', 'debug', 'info', 'warning' or 'error', got 'DEBUG'",
    ),
    ({"log": {"llm": "all"}}, "log.llm: expected true or false, got 'all'"),
    ({"log": {"stdout": "x"}}, "log.stdout: expected true or false, got 'x'"),
    ({"call": {"max_failures": -1}}, "call.max_failures: must be at least 0, got -1"),
    ({"call": {"max_duration": 0}}, "call.max_duration: must be more than 0.0, got 0"),
    (
        {"tags": ["a" * 10, 3]},
        "tags[1]: expected text, got 3; put it in quotes",
    ),
    (
        {"call": {"idle_timeout": "x" * 60}},
        f"call.idle_timeout: expected a number, got '{'x' * 36}...",
    ),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_value_is_told_by_file_key_cause_and_remedy(write, wrong, said):
    text = json.dumps(minimal(**wrong)).replace("NaN", ".nan")
    assert complaint(write("my.yaml", text)) == f"my.yaml: {said}"


OTHER = [
    ("allow_interruptions", False),
    ("discard_audio_if_uninterruptible", False),
    ("min_interruption_words", 2),
    ("min_consecutive_speech_delay", 0.5),
    ("preemptive_generation", False),
    ("resume_false_interruption", False),
    ("false_interruption_timeout", None),
]


@pytest.mark.parametrize(("option", "value"), OTHER)
def test_each_option_takes_another_value_than_its_default(option, value):
    default = getattr(load_config(minimal(), env={}).turn, option)
    chosen = getattr(load_config(minimal(turn={option: value}), env={}).turn, option)
    assert chosen == value != default


def test_the_report_gets_ten_options_in_the_order_of_the_dump():
    dump = (Path(__file__).parents[1] / "fixtures" / "session_dump.txt").read_text()
    start = dump.index('"options": ') + len('"options": ')
    seed, _ = json.JSONDecoder().raw_decode(dump, start)
    options = load_config(minimal(), env={}).turn.report_options()
    assert list(options) == list(seed)
    assert options == seed


def test_all_problems_are_told_at_once(write):
    file = write(
        "my.yaml",
        """
        stt: {provdier: deepgram}
        llm: {provider: opnai, args: {api_key: "${NOPE}"}}
        turn: {max_tool_steps: many}
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load_config(file, env={})
    assert [(p.key, p.problem) for p in caught.value.problems] == [
        ("llm.args.api_key", "the environment variable NOPE is not set"),
        ("llm.provider", "unknown llm provider 'opnai'"),
        ("stt.provdier", "unknown key"),
        ("tts", "is missing"),
        ("turn.max_tool_steps", "expected a whole number, got 'many'"),
    ]
    first = caught.value
    assert (first.path, first.key, first.problem, first.hint) == (
        file,
        "llm.args.api_key",
        "the environment variable NOPE is not set",
        "set it, or give a default: ${NOPE:-...}",
    )
    assert len(str(first).splitlines()) == 5


def test_a_problem_is_always_one_line():
    problem = Problem(Path("a.yaml"), "agent.name", "two\nlines", "and\n  a hint")
    assert str(problem) == "a.yaml: agent.name: two lines; and a hint"


def test_a_path_below_the_working_directory_is_shown_short(write, tmp_path):
    write("my.yaml", "tags: 3")
    assert complaint(tmp_path / "my.yaml").startswith("my.yaml: ")


def test_a_loaded_configuration_cannot_be_changed():
    config = load_config(minimal(), env={})
    with pytest.raises(ValidationError):
        config.turn.max_tool_steps = 9  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ValidationError):
        config.tags = ("x",)  # pyright: ignore[reportAttributeAccessIssue]


def test_the_digest_is_the_same_for_the_same_settings_in_another_file(write):
    a = write("a.yaml", SERVICES + "turn: {max_tool_steps: 4}\nagent: {name: x, language: en}")
    b = write("b.yaml", "extends: a.yaml\nagent: {language: en, name: '${NAME}'}")
    one, two = load_config(a, env={}), load_config(b, env={"NAME": "x"})
    assert one.digest == two.digest
    assert len(one.digest) == 64
    assert int(one.digest, 16) >= 0


def test_the_environment_of_the_process_is_used_when_none_is_given(monkeypatch):
    monkeypatch.setenv("WHO", "ada")
    assert load_config(minimal(agent={"name": "${WHO}"})).agent.name == "ada"


def test_a_resolved_configuration_can_be_loaded_again():
    config = load_config("default", env={})
    again = load_config(config.redacted(), env={})
    assert again.digest == config.digest


def test_the_default_configuration_loads_without_keys():
    config = load_config("default", env={})
    assert (config.name, config.stt.provider, config.llm.provider, config.tts.provider) == (
        "default",
        "deepgram",
        "openai",
        "elevenlabs",
    )


def test_the_local_configuration_names_the_embedded_stack():
    config = load_config("local", env={})
    assert (config.stt.provider, config.llm.provider, config.tts.provider) == (
        "moonshine-streaming",
        "llamacpp",
        "piper-embedded",
    )
    assert config.agent.greeting is not None
    assert config.agent.greeting.say == "Connected and ready."


def test_every_variable_of_the_shipped_configurations_is_in_the_example_environment():
    root = Path(__file__).parents[2]
    example = (root / ".env.example").read_text()
    for file in (root / "configs").glob("*.yaml"):
        for line in file.read_text().split("${")[1:]:
            assert f"{line.split(':-')[0]}=" in example


def test_the_command_line_can_list_its_commands_without_pydantic_or_pipecat():
    code = (
        "import sys, bot.config.command\n"
        "print([m for m in ('pydantic', 'yaml', 'pipecat', 'loguru') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_schema_is_imported_without_pipecat():
    code = "import sys, bot.config.load; print('pipecat' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
