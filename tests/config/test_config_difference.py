"""What differs between two configurations, key by key."""

from bot.config import load_config
from bot.config.difference import ABSENT, Difference, differences
from tests.config.conftest import SERVICES


def between(left, right, env=None):
    loaded = [load_config(each, env=env or {}) for each in (left, right)]
    return [(each.key, each.left, each.right) for each in differences(*loaded)]


def test_a_configuration_does_not_differ_from_itself():
    assert between("default", "default") == []


def test_each_key_is_told_with_both_values(write):
    write("a.yaml", SERVICES + "turn: {max_tool_steps: 3}\ntags: [x]")
    write("b.yaml", SERVICES + "turn: {max_tool_steps: 5}\ntags: [x, y]")
    assert between("a.yaml", "b.yaml") == [
        ("turn.max_tool_steps", 3, 5),
        ("tags", ["x"], ["x", "y"]),
    ]


def test_a_key_that_one_side_has_not_is_told_on_its_own(write):
    write("a.yaml", SERVICES)
    write("b.yaml", SERVICES.replace("deepgram", "deepgram, settings: {model: nova-3}"))
    assert between("a.yaml", "b.yaml") == [("stt.settings.model", ABSENT, "nova-3")]
    assert between("b.yaml", "a.yaml") == [("stt.settings.model", "nova-3", ABSENT)]


def test_a_part_that_one_side_has_not_is_told_key_by_key(write):
    write("a.yaml", SERVICES)
    write("b.yaml", SERVICES.replace("openai", "openai, settings: {extra: {body: {x: 1, y: 2}}}"))
    assert between("a.yaml", "b.yaml") == [
        ("llm.settings.extra.body.x", ABSENT, 1),
        ("llm.settings.extra.body.y", ABSENT, 2),
    ]


def test_null_is_a_value(write):
    write("a.yaml", SERVICES)
    write("b.yaml", SERVICES + "agent: {greeting: Hello.}")
    assert between("a.yaml", "b.yaml") == [("agent.greeting", None, {"say": "Hello."})]


def test_another_key_to_the_same_provider_is_no_difference(write):
    write("a.yaml", "extends: default\nllm: {args: {api_key: '${ONE_KEY}'}}")
    write("b.yaml", "extends: default\nllm: {args: {api_key: '${OTHER_KEY}'}}")
    assert between("a.yaml", "b.yaml", {"ONE_KEY": "1", "OTHER_KEY": "2"}) == []


def test_a_secret_that_one_side_has_not_is_told_as_stars(write):
    write("b.yaml", "extends: default\nllm: {args: {api_key: '${ONE_KEY}'}}")
    assert between("default", "b.yaml", {"ONE_KEY": "sesame"}) == [
        ("llm.args.api_key", ABSENT, "********")
    ]


def test_true_is_not_one(write):
    write("a.yaml", SERVICES.replace("openai", "openai, settings: {seed: 1}"))
    write("b.yaml", SERVICES.replace("openai", "openai, settings: {seed: true}"))
    assert between("a.yaml", "b.yaml") == [("llm.settings.seed", 1, True)]


def test_as_json_a_missing_side_is_left_out_and_null_is_not():
    assert Difference("a.b", None, ABSENT).as_json() == {"key": "a.b", "left": None}
